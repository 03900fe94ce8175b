/** The rows a student is trained on: drawn as a measurement draws them, so that what is measured is what is trained (R25). */
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Draw } from "../core/measure/measure-wish.ts";
import type { GroupKey } from "../core/measure/measured-sample.ts";
import { UserError } from "../core/problem.ts";
import { groupName } from "./measure-groups.ts";
import { type Dataset, fileVersions, lineBlocks, parsedBlock } from "./measure-rows.ts";
import { drawRows } from "./measure-sample.ts";
import { MeasuredRowsFile } from "./measure-sample-file.ts";

export interface Subsample {
	/** The drawn rows as they stand, in the order of the files. */
	readonly path: string;
	/** Beside it: what was drawn, and the rows' ids by group, as a measurement's report has them. */
	readonly idsPath: string;
	readonly rows: number;
}

/** A student is one teacher's in one language. */
const by: readonly GroupKey[] = ["teacher", "language"];

/** Draws into `folder`, or finds the same draw of the same files there. */
export async function writeSubsample(
	dataset: Dataset,
	draw: Draw,
	folder: string,
	signal: AbortSignal,
): Promise<Subsample> {
	const name = createHash("sha256")
		.update(JSON.stringify([dataset.files.map(({ path }) => path), await fileVersions(dataset), draw]))
		.digest("hex")
		.slice(0, 16);
	const path = join(folder, `${name}.jsonl`);
	const idsPath = join(folder, `${name}.ids.json`);
	await mkdir(folder, { recursive: true });
	await rm(path, { force: true });
	const { ordinals } = await drawRows(dataset, by, draw, signal);
	if (ordinals.size === 0)
		throw new UserError("no-rows", "No row of the dataset has a prompt and a response to train on.");
	const file = new MeasuredRowsFile(path);
	const ids = new Map<string, string[]>();
	try {
		for await (const block of lineBlocks(dataset, signal, (ordinal) => ordinals.has(ordinal))) {
			for (const [at, { sample, line }] of parsedBlock(block, dataset).entries()) {
				if (!sample) continue;
				const group = groupName(sample, by);
				const place = `${dataset.files[block.file]?.name}:${block.numbers[at]}`;
				const own = ids.get(group) ?? [];
				ids.set(group, own);
				own.push(sample.id ?? place);
				file.add(line);
			}
		}
		file.keep();
	} catch (cause) {
		file.discard();
		throw cause;
	}
	const drawn = [...ids].map(([group, own]) => {
		const [teacher, language] = JSON.parse(group) as (string | null)[];
		return { teacher, language, ids: own };
	});
	await writeFile(
		idsPath,
		`${JSON.stringify({ ...draw, files: dataset.files.map((one) => one.name), drawn }, null, "\t")}\n`,
	);
	return { path, idsPath, rows: ordinals.size };
}

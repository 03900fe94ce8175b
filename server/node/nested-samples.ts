/** Draws nested samples of a dataset, each a part of the next, and notes them where learning curves are looked up. */
import { createHash } from "node:crypto";
import { access, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../core/problem.ts";
import { type NestedSamples, nestedOrder } from "../core/score/learning-curve.ts";
import { JsonlLog } from "./jsonl-log.ts";
import { readLines } from "./read-lines.ts";
import { curvesPath } from "./score-workspace.ts";

export interface NestedWish {
	readonly file: string;
	/** Rows of each sample. */
	readonly sizes: readonly number[];
	readonly seed: number;
	/** Workspace whose scores the curve will be made of. */
	readonly folder: string;
	/** Folder of the samples; beside the dataset where left out. */
	readonly out?: string | undefined;
}

/** Throws a UserError where a sample would be larger than the dataset, or its file exists with another content. */
export async function drawNestedSamples({ file, sizes, seed, folder, out }: NestedWish): Promise<NestedSamples> {
	const { lines, strategies, sha256 } = await readDataset(file);
	const largest = Math.max(...sizes);
	if (largest > lines.length) {
		throw new UserError(
			"too-few-rows",
			`${file} has ${lines.length} rows; a sample of ${largest} is not in it. Ask for fewer, or generate more.`,
		);
	}
	const order = nestedOrder(strategies, seed);
	const steps = [];
	for (const rows of [...new Set(sizes)].sort((a, b) => a - b)) {
		const text = order
			.slice(0, rows)
			.map((place) => `${lines[place]}\n`)
			.join("");
		const path = join(out ?? dirname(file), basename(file).replace(/\.jsonl$/u, `.${rows}.jsonl`));
		await writeNew(path, text);
		steps.push({ rows, path: relative(folder, path), sha256: hashOf(text) });
	}
	const nested = { source: relative(folder, file), source_sha256: sha256, seed, steps };
	await note(folder, nested);
	return nested;
}

/** Rows as they stand; a line that is no JSON object trains nobody and is left out. */
async function readDataset(file: string) {
	const lines: string[] = [];
	const strategies: string[] = [];
	const hash = createHash("sha256");
	await access(file).catch((cause) => {
		throw new UserError("unreadable", `Cannot read ${file}: ${cause instanceof Error ? cause.message : cause}.`, {
			cause,
		});
	});
	for await (const block of readLines(file)) {
		for (const line of block) {
			hash.update(`${line}\n`);
			const row = rowOf(line);
			if (!row) continue;
			lines.push(line);
			strategies.push("strategy" in row && typeof row.strategy === "string" ? row.strategy : "");
		}
	}
	return { lines, strategies, sha256: hash.digest("hex") };
}

function rowOf(line: string): object | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
	} catch {
		return null;
	}
}

/** The same content may be drawn again; another is never written over. */
async function writeNew(path: string, text: string): Promise<void> {
	const exists = await access(path).then(
		() => true,
		() => false,
	);
	if (!exists) return writeFile(path, text);
	const before = createHash("sha256");
	for await (const block of readLines(path)) for (const line of block) before.update(`${line}\n`);
	if (before.digest("hex") === hashOf(text)) return;
	throw new UserError(
		"file-exists",
		`${path} exists and is another sample. Move it, or name another folder with --out.`,
	);
}

async function note(folder: string, nested: NestedSamples): Promise<void> {
	await mkdir(join(folder, ".polyglot"), { recursive: true });
	const log = await JsonlLog.open(curvesPath(folder));
	try {
		await log.append(nested);
	} finally {
		await log.close();
	}
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** What tests of whole measurements share: a folder with a dataset, and a world around it. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MeasureWish } from "../../server/core/measure/measure-wish.ts";
import type { Teacher } from "../../server/core/project.ts";
import { MeasureAttempt } from "../../server/node/measure-journal.ts";
import { type MeasureWorld, measurementId } from "../../server/node/measure-open.ts";

export interface MeasureRig {
	readonly folder: string;
	readonly wish: MeasureWish;
	world(teacher: Omit<Teacher, "name">, key: string | null): MeasureWorld;
}

/** A dataset of `rows` different samples, to be rated by the teacher `judge`. */
export async function measureRig(rows: number, wished: object = {}): Promise<MeasureRig> {
	const folder = await mkdtemp(join(tmpdir(), "measure-rig-"));
	const lines = Array.from({ length: rows }, (_, at) =>
		JSON.stringify({
			id: `r${at}`,
			model: "t",
			language: "de",
			prompt: `Frage ${at}: Was ist ${at} mal drei?`,
			response: `Das Ergebnis von ${at} mal drei ist ${at * 3}, und das lässt sich leicht nachrechnen.`,
		}),
	);
	await writeFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
	const wish = MeasureWish.parse({ files: ["data.jsonl"], judges: ["judge"], hasNoise: false, ...wished });
	return { folder, wish, world: (teacher, key) => worldOf(folder, teacher, key) };
}

export function worldOf(folder: string, teacher: Omit<Teacher, "name">, key: string | null): MeasureWorld {
	return {
		folder,
		teachers: [{ name: "judge", ...teacher }],
		key: async () => key,
		practice: () => Promise.reject(new Error("No practice mode in this test.")),
		speed: 50,
	};
}

/** The attempts on disk, in order. */
export async function attemptsOf(folder: string, wish: MeasureWish): Promise<MeasureAttempt[]> {
	const id = measurementId({ ...wish, rubrics: wish.rubrics ?? {} });
	const path = join(folder, ".polyglot", "measurements", id, "journal.jsonl");
	const text = await readFile(path, "utf8").catch(() => "");
	return text
		.split("\n")
		.slice(0, -1)
		.map((line) => MeasureAttempt.parse(JSON.parse(line)));
}

/** What the scenarios of the generation bench share: a server with faults, a run over it, and a row of the table. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GenerateOptions } from "../../../server/node/generate-run.ts";
import { type PracticeTeachers, startPracticeTeachers } from "../../../server/practice/teachers.ts";
import type { TeacherKnobs } from "../../../server/practice/teachers-knobs.ts";
import { mediaFolder, optionsFor } from "../../node/generate-rig.ts";
import type { BenchRow } from "../main.ts";

export interface Stand {
	readonly server: PracticeTeachers;
	readonly options: GenerateOptions;
}

export type Scenario = () => Promise<BenchRow[]>;

export async function standing<T>(knobs: TeacherKnobs, use: (stand: Stand) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), "bench-generate-"));
	const server = await startPracticeTeachers({ mediaFolder, knobs: { numbered: true, ...knobs } });
	try {
		return await use({ server, options: optionsFor(folder, server.baseUrl, server.apiKey) });
	} finally {
		await server.close();
	}
}

export const widened = (options: GenerateOptions, concurrency: number, count: number): GenerateOptions => ({
	...options,
	count,
	teachers: options.teachers.map((teacher) => ({ ...teacher, concurrency })),
});

export const row = (
	scenario: string,
	measured: string,
	target: string,
	ok: boolean | null,
	others: string,
): BenchRow => ({
	scenario,
	measured,
	target,
	ok,
	others,
});

export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
	const startedAt = performance.now();
	return [await work(), (performance.now() - startedAt) / 1000];
}

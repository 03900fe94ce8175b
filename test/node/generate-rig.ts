/** What the generation tests share: a folder, the practice server with faults, and a run over both. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JournalLine, type RunTeacher } from "../../server/core/generate/run-records.ts";
import { SampleRow } from "../../server/core/sample-row.ts";
import { runFolder } from "../../server/node/generate-folder.ts";
import { type GenerateOptions, startGenerateRun } from "../../server/node/generate-run.ts";
import { type PracticeTeachers, practiceTeachers, startPracticeTeachers } from "../../server/practice/teachers.ts";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";

export const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
export const practiceSeeds = (language: string): string => join(mediaFolder, "practice", `${language}.jsonl`);

export interface Rig {
	readonly folder: string;
	readonly server: PracticeTeachers;
	/** Options of a run of `practice-careful` in English; tests change what they are about. */
	readonly options: GenerateOptions;
}

/** Starts a server with the faults, and ends it after the test. */
export async function rig(test: { after(end: () => Promise<void>): void }, knobs: TeacherKnobs = {}): Promise<Rig> {
	const folder = await mkdtemp(join(tmpdir(), "generate-"));
	const server = await startPracticeTeachers({ mediaFolder, knobs: { numbered: true, ...knobs } });
	test.after(() => server.close());
	return { folder, server, options: optionsFor(folder, server.baseUrl, server.apiKey) };
}

export function optionsFor(folder: string, baseUrl: string, apiKey: string | null): GenerateOptions {
	return {
		folder,
		teachers: practiceTeachers(baseUrl).slice(0, 1),
		languages: ["en"],
		strategies: ["generate"],
		seedFiles: [practiceSeeds("en")],
		count: 20,
		output: join(folder, "out.jsonl"),
		seed: 1,
		key: async () => apiKey,
	};
}

/** The teacher without the mark of practice, as if it were anybody's server. */
export const asStranger = ({ isPractice, ...teacher }: RunTeacher): RunTeacher => teacher;

export async function finishedRun(options: GenerateOptions) {
	const run = await startGenerateRun(options);
	return run.ended;
}

export async function rowsOf(path: string): Promise<SampleRow[]> {
	const lines = (await readFile(path, "utf8")).split("\n").filter(Boolean);
	return lines.map((line) => SampleRow.parse(JSON.parse(line)));
}

export async function journalOf(folder: string, runId: string): Promise<JournalLine[]> {
	const text = await readFile(join(runFolder(folder, runId), "journal.jsonl"), "utf8");
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => JournalLine.parse(JSON.parse(line)));
}

/** How often each request stands in the output; a run may never repeat one. */
export function repeatedRequests(rows: readonly SampleRow[]): string[] {
	const requests = rows.map(({ provenance }) => provenance?.request ?? "");
	return requests.filter((request, index) => requests.indexOf(request) !== index);
}

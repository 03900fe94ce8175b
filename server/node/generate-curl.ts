/** What became of one planned request, attempt by attempt, and its last attempt as a command to try by hand. */
import { join } from "node:path";
import type { Outcome } from "../core/generate/attempt-policy.ts";
import { CellProgress } from "../core/generate/cell-progress.ts";
import { curlCommand } from "../core/generate/curl.ts";
import { PlanLine } from "../core/generate/plan.ts";
import { JournalLine, type Manifest } from "../core/generate/run-records.ts";
import { isEditorTeacher } from "../core/generate/teacher-kind.ts";
import { UserError } from "../core/problem.ts";
import { attemptRequest } from "./generate-attempt.ts";
import { readManifest, runFolder } from "./generate-folder.ts";
import { RunPlans } from "./generate-plans.ts";
import { readLines } from "./generate-read.ts";
import { readSeeds } from "./generate-seeds.ts";
import type { Pending } from "./generate-work.ts";
import { keyVariable } from "./teacher-keys.ts";

export interface RequestStory {
	readonly key: string;
	readonly teacher: string;
	readonly attempts: readonly JournalLine[];
	/** The last attempt as a command; the key is `$POLYGLOT_KEY_…` in it, never its value. */
	readonly curl: string;
}

/** The request whose key begins with `keyStart`; without it, the last one that failed. Throws a `UserError` where there is none. */
export async function requestStory(folder: string, runId: string, keyStart?: string): Promise<RequestStory> {
	const manifest = await readManifest(folder, runId);
	const path = runFolder(folder, runId);
	const key = await chosenKey(join(path, "journal.jsonl"), runId, keyStart);
	const attempts: JournalLine[] = [];
	for await (const line of readLines(join(path, "journal.jsonl"), JournalLine))
		if (line.key === key) attempts.push(line);
	for await (const line of readLines(join(path, "plan.jsonl"), PlanLine))
		if (line.key === key) return storyOf(manifest, line, attempts);
	throw new UserError("request-unknown", `Run ${runId} has no plan for the request ${key}.`);
}

async function chosenKey(journal: string, runId: string, keyStart: string | undefined): Promise<string> {
	let chosen: string | undefined;
	for await (const line of readLines(journal, JournalLine)) {
		const isMeant = keyStart === undefined ? line.verdict !== "accepted" : line.key.startsWith(keyStart);
		if (isMeant) chosen = line.key;
	}
	if (chosen !== undefined) return chosen;
	const what = keyStart === undefined ? "no attempt that failed" : `no request whose key begins with ${keyStart}`;
	throw new UserError("request-unknown", `Run ${runId} has ${what}.`);
}

async function storyOf(manifest: Manifest, line: PlanLine, attempts: readonly JournalLine[]): Promise<RequestStory> {
	const cell = manifest.cells[line.cell];
	const teacher = manifest.teachers.find(({ name }) => name === cell?.teacher);
	if (!cell || !teacher)
		throw new UserError("request-unknown", `The manifest has no cell for the request ${line.key}.`);
	if (isEditorTeacher(teacher))
		throw new UserError("editor-only", `${teacher.name} is a model of the editor: there is no address to send to.`);
	const { rows } = await readSeeds(
		manifest.seedFiles.map(({ path }) => path),
		manifest.cells[0]?.language ?? "",
	);
	const material = new RunPlans(manifest, rows).material(cell, line.draw);
	const pending = lastPending(line, new CellProgress(cell, line.cell), attempts);
	const verdict = () => manifest.probes?.[teacher.name];
	const request = attemptRequest(teacher, pending, material, { templates: manifest.templates, verdict });
	const curl = curlCommand(teacher.baseUrl, request, keyVariable(teacher.name));
	return { key: line.key, teacher: teacher.name, attempts, curl };
}

/** The request as its last attempt was sent: with the correction that the attempt before it had earned. */
function lastPending(line: PlanLine, cell: CellProgress, attempts: readonly JournalLine[]): Pending {
	const before = attempts.slice(0, -1);
	const earlier = before.map(({ outcome }): Outcome => outcome);
	const previous = before.at(-1);
	const isCorrected = previous?.outcome === "invalid" && previous.answer !== null && isFirst(earlier, "invalid");
	const correction = isCorrected ? { answer: previous.answer ?? "", reason: previous.reasons[0] ?? "" } : undefined;
	return { line, cell, earlier, ...(correction ? { correction } : {}) };
}

const isFirst = (earlier: readonly Outcome[], outcome: Outcome) => earlier.indexOf(outcome) === earlier.length - 1;

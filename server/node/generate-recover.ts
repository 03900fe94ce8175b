/** Brings a run's output and journal into agreement when it is opened: each is the witness for what the other lost. */
import { judge } from "../core/generate/attempt-policy.ts";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import { seedPrompt, wantsPair } from "../core/generate/chat-request.ts";
import { PlanLine } from "../core/generate/plan.ts";
import { JournalLine, type Manifest } from "../core/generate/run-records.ts";
import { sampleOf } from "../core/generate/sample-of.ts";
import type { Provenance, SampleRow } from "../core/sample-row.ts";
import type { RunPlans } from "./generate-plans.ts";
import { readLines } from "./generate-read.ts";
import type { Replayed, Unsettled } from "./generate-replay.ts";

/**
 * A row that stands in the output while its journal line was damaged counts as accepted: the line is written anew,
 * and nothing is asked or paid for twice.
 */
export async function recoverRows(
	rows: readonly SampleRow[],
	replayed: Replayed,
	cells: readonly CellProgress[],
): Promise<Replayed> {
	const kept = new Map(replayed.unsettled.map((one) => [one.line.key, one]));
	for (const row of rows) {
		const one = kept.get(row.provenance?.request ?? "");
		const cell = one && cells[one.line.cell];
		if (!one || !cell || !row.provenance) continue;
		kept.delete(one.line.key);
		cell.outstanding -= 1;
		cell.accepted += 1;
		await replayed.logs.journal.append(journalLineOf(row, one, row.provenance));
	}
	return { ...replayed, unsettled: [...kept.values()] };
}

function journalLineOf(
	{ prompt, response, strategy }: SampleRow,
	{ line, earlier }: Unsettled,
	provenance: Provenance,
): JournalLine {
	const { finishReason, usage, practice } = provenance;
	return {
		key: line.key,
		cell: line.cell,
		attempt: earlier.length + 1,
		outcome: "answered",
		verdict: "accepted",
		reasons: [],
		finishReason,
		usage,
		status: null,
		latencyMs: 0,
		answer: wantsPair(strategy) ? JSON.stringify({ prompt, response }) : response,
		...(practice ? { practice } : {}),
	};
}

/**
 * Rows that the journal acknowledged and the output lacks at its end. Rows missing further up were removed by the
 * user and stay removed.
 */
export async function* missingRows(
	{ path, manifest }: { readonly path: string; readonly manifest: Manifest },
	{ accepted }: Replayed,
	plans: RunPlans,
	isWritten: (key: string) => boolean,
): AsyncGenerator<SampleRow> {
	const keys = [...accepted];
	const missing = new Set(keys.slice(keys.findLastIndex(isWritten) + 1));
	if (missing.size === 0) return;
	const planned = new Map<string, PlanLine>();
	for await (const line of readLines(`${path}/plan.jsonl`, PlanLine))
		if (missing.has(line.key)) planned.set(line.key, line);
	for await (const line of readLines(`${path}/journal.jsonl`, JournalLine)) {
		const plan = planned.get(line.key);
		if (!plan || line.verdict !== "accepted" || !missing.delete(line.key)) continue;
		const row = rowAgain(manifest, plans, plan, line);
		if (row) yield row;
	}
}

/** The row of an answer in the journal; undefined where the answer cannot be read. */
export function rowAgain(
	manifest: Manifest,
	plans: RunPlans,
	plan: PlanLine,
	line: JournalLine,
): SampleRow | undefined {
	const cell = manifest.cells[plan.cell];
	const teacher = manifest.teachers.find(({ name }) => name === cell?.teacher);
	if (!cell || !teacher) return undefined;
	const material = plans.material(cell, plan.draw);
	const reply = {
		type: "answer" as const,
		text: line.answer ?? "",
		finishReason: line.finishReason,
		usage: line.usage,
		isRefusal: false,
		hasReasoning: false,
	};
	const isPractice = line.practice === true;
	const { pair } = judge({ ...reply, isPractice }, cell.strategy === "respond" ? seedPrompt(material.seed) : null);
	if (!pair) return undefined;
	const { finishReason, usage } = line;
	return sampleOf(
		material,
		{
			...plans.origins(teacher, material),
			pair,
			key: line.key,
			sample: plan.draw.sample,
			finishReason,
			usage,
			isPractice,
		},
		manifest.templates,
	);
}

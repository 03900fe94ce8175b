/** From what the disk says of a comparison to what its panel shows: the annotator's word beside each answer. */
import { type AnnotateOptions, annotateLine, measureSample } from "../core/annotate.ts";
import { type Metric, percent, shown } from "../core/checks/finding.ts";
import type { Decisions } from "../core/decisions.ts";
import { seedTurns } from "../core/generate/chat-request.ts";
import {
	type ComparedAnswer,
	type ComparedSeed,
	type CompareMessage,
	comparedTeacher,
} from "../core/generate/compare-message.ts";
import { isPractice, type Manifest, type RunTeacher } from "../core/generate/run-records.ts";
import { costOf } from "../core/generate/spending.ts";
import { modelOf } from "../core/generate/teacher-kind.ts";
import type { SampleRow } from "../core/sample-row.ts";
import type { SeedAttempts, SeedComparison } from "../node/generate-compare.ts";

export interface CompareSurroundings {
	readonly annotate: AnnotateOptions;
	readonly decisions: Decisions | undefined;
}

export function compareMessage(
	manifest: Manifest,
	seeds: readonly SeedComparison[],
	state: Pick<CompareMessage, "state" | "reason">,
	surroundings: CompareSurroundings,
): CompareMessage {
	const shownSeeds = seeds.map((one) => comparedSeed(manifest, one, surroundings));
	const [cell] = manifest.cells;
	return {
		runId: manifest.id,
		...state,
		language: cell?.language ?? "",
		strategy: cell?.strategy ?? "respond",
		teachers: manifest.cells.map(({ teacher: name }, index) =>
			comparedTeacher(
				{
					name,
					model: modelNamed(manifest, name),
					isPractice: isPractice(manifest, name),
					currency: teacherOf(manifest, name)?.price?.currency ?? null,
				},
				shownSeeds.flatMap(({ answers }) => answers[index] ?? []),
			),
		),
		seeds: shownSeeds,
	};
}

function modelNamed(manifest: Manifest, name: string): string {
	const teacher = teacherOf(manifest, name);
	return teacher ? modelOf(teacher) : name;
}

const teacherOf = ({ teachers }: Manifest, wanted: string): RunTeacher | undefined =>
	teachers.find(({ name }) => name === wanted);

function comparedSeed(
	manifest: Manifest,
	{ seed, attempts }: SeedComparison,
	surroundings: CompareSurroundings,
): ComparedSeed {
	return {
		id: seed.id,
		language: seed.language,
		turns: seedTurns(seed).map(({ role, content }, index) => ({ role, text: content, field: `seed[${index}]` })),
		answers: attempts.map((one) => comparedAnswer(one, teacherOf(manifest, one.teacher), surroundings)),
	};
}

function comparedAnswer(
	{ teacher, last, isSettled, row, used }: SeedAttempts,
	asked: RunTeacher | undefined,
	surroundings: CompareSurroundings,
): ComparedAnswer {
	const isAnswered = row !== undefined && isSettled;
	return {
		teacher,
		state: isAnswered ? "answered" : isSettled ? "failed" : "waiting",
		reason: isAnswered || !last ? null : last.reasons.join("; ") || last.outcome,
		...(isAnswered ? judgement(row, surroundings) : unread(last?.answer ?? null)),
		latencyMs: last?.latencyMs ?? null,
		completionTokens: last?.usage?.completionTokens ?? null,
		cost: used && asked?.price ? costOf(asked.price, used.prompt, used.completion) : null,
		isReused: last?.reusedFrom !== undefined,
	};
}

type Judgement = Pick<ComparedAnswer, "turns" | "findings" | "metrics" | "key" | "decision">;

/** An answer that is no sample is shown as it came, so that one sees why. */
function unread(answer: string | null): Judgement {
	const turns = answer ? [{ role: "assistant" as const, text: answer, field: "answer" }] : [];
	return { turns, findings: [], metrics: [], key: null, decision: null };
}

function judgement(row: SampleRow, { annotate, decisions }: CompareSurroundings): Judgement {
	const { sample, language, findings, share } = annotateLine(JSON.stringify(row), annotate);
	if (!sample) return unread(row.response);
	// What `respond` answers is the seed itself, which stands above the answers once.
	const turns = row.strategy === "respond" ? sample.turns.slice(-1) : sample.turns;
	return {
		turns: turns.map(({ role, text, field }) => ({ role, text, field })),
		findings: findings.map(({ code, message, field, start, end }) => ({ code, message, field, start, end })),
		metrics: [
			...(share?.length == null ? [] : [{ name: "characters", value: String(share.length), threshold: "" }]),
			...measureSample(sample, language, annotate).filter(isOfAnswer(turns)).map(metricText),
		],
		key: share?.key ?? null,
		decision: (share && decisions?.verdict(share.key)) ?? null,
	};
}

const isOfAnswer =
	(turns: readonly { readonly field: string }[]) =>
	({ field }: Metric): boolean =>
		turns.some((turn) => turn.field === field);

function metricText({ name, value, unit, threshold }: Metric): ComparedAnswer["metrics"][number] {
	const text = (number: number) =>
		unit === "share" ? percent(number) : unit === "count" ? String(number) : shown(number);
	return { name, value: text(value), threshold: threshold ? text(threshold.value) : "" };
}

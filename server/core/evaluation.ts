/** Evaluating a student honestly: base and reference by the same settings, and the score that follows from the three. */
import * as z from "zod/mini";
import { UserError } from "./problem.ts";
import { anchorFrom, type OwnScoreParts } from "./score/own-score.ts";
import { extrinsicOf } from "./trainer/extrinsic.ts";
import type { Capabilities } from "./trainer/objects.ts";
import type { RunView } from "./trainer/run-view.ts";
import type { EvalSpec } from "./trainer/spec.ts";

/** What a training run is filed under; kept with the run, so that its score needs no guessing. */
export const TrainAbout = z.object({ teacher: z.string(), language: z.string() });
export type TrainAbout = z.infer<typeof TrainAbout>;

const Student = z.extend(TrainAbout, {
	runId: z.string(),
	base: z.string(),
	reference: z.nullable(z.string()),
	datasetSha256: z.nullable(z.string()),
});

/** What an evaluation measures; `settings` are equal for all that may be compared. */
export const EvaluationAbout = z.object({
	evaluates: z.enum(["student", "anchor"]),
	model: z.string(),
	language: z.string(),
	settings: z.string(),
	/** Of a student only. */
	student: z.optional(Student),
});
export type EvaluationAbout = z.infer<typeof EvaluationAbout>;

/** A run as far as this stage looks at it. */
export interface EvaluatedRun {
	readonly view: Pick<RunView, "runId" | "state" | "isFinal" | "results" | "summary" | "isPractice">;
	readonly about: Readonly<Record<string, unknown>>;
	readonly run: { readonly createdAt: string };
}

const specVersion = 1;
const seed = 3407;

/** Reference models of known student bases (paper, section 2.7); `references` of polyglot.json adds to them. */
const knownReferences: Readonly<Record<string, string>> = {
	"practice-base": "practice-reference",
	"allenai/Olmo-3-1025-7B": "allenai/Olmo-3-7B-Instruct-SFT",
};

export function referenceOf(base: string, own: Readonly<Record<string, string>>): string | null {
	return own[base] ?? knownReferences[base] ?? null;
}

/** A benchmark of the user's own: uploaded items of one task in one language. */
export interface OwnItems {
	readonly task: string;
	readonly language: string;
	readonly sha256: string;
}

/**
 * The evaluation of a target in one language: on the items the project brings, where it brings any, else on every task
 * the trainer has for it. Throws a UserError where there is neither.
 */
export function evaluationSpec(
	{ evalBackends, evalTasks }: Capabilities,
	target: EvalSpec["target"],
	language: string,
	own: readonly OwnItems[] = [],
): EvalSpec {
	const items = own.filter((one) => one.language === language);
	if (items.length > 0) return ownSpec(evalBackends, target, language, items);
	const backend = evalBackends.find((name) => name !== builtin);
	const tasks = evalTasks.filter(({ languages }) => languages.includes(language)).map(({ task }) => task);
	if (backend === undefined || tasks.length === 0) {
		const offered = evalTasks.map(({ task, languages }) => `${task} (${languages.join(" ")})`).join(", ");
		throw new UserError(
			"evaluation-missing",
			`This trainer has no benchmark for ${language} that it can run by itself. It offers ${offered || "none"}. Install its \`eval\` extra, or name item files of your own under \`benchmarks\` in polyglot.json.`,
		);
	}
	return { specVersion, target, backend, tasks, languages: [language], template: "none", seed };
}

/** The backend that judges uploaded items. */
const builtin = "builtin";

function ownSpec(
	evalBackends: readonly string[],
	target: EvalSpec["target"],
	language: string,
	items: readonly OwnItems[],
): EvalSpec {
	if (!evalBackends.includes(builtin)) {
		throw new UserError(
			"evaluation-missing",
			"This trainer can't judge items of one's own, as `benchmarks` in polyglot.json wants.",
		);
	}
	const data = Object.fromEntries(items.map(({ task, sha256 }) => [`${task}:${language}`, sha256]));
	const tasks = items.map(({ task }) => task);
	return { specVersion, target, backend: builtin, tasks, languages: [language], template: "none", seed, data };
}

/** Equal for evaluations whose numbers may be compared. */
export function settingsOf({ backend, tasks, languages, template, seed: drawn, data }: EvalSpec): string {
	return JSON.stringify({ backend, tasks, languages, template, seed: drawn, data: data ?? {} });
}

/** The newest usable evaluation of an anchor by these settings, finished or under way. */
export function findAnchor<R extends EvaluatedRun>(runs: readonly R[], model: string, settings: string): R | undefined {
	return newestFirst(runs).find(({ view, about }) => {
		const read = EvaluationAbout.safeParse(about);
		const isIt =
			read.success && read.data.evaluates === "anchor" && read.data.model === model && read.data.settings === settings;
		return isIt && (!view.isFinal || view.state === "succeeded");
	});
}

/** Scores that can be filed now: the student's evaluation is done, and nothing it is compared with is still under way. */
export function dueScores(
	runs: readonly EvaluatedRun[],
	filed: ReadonlySet<string>,
	codeVersion: string,
): OwnScoreParts[] {
	return runs.flatMap((run) => {
		const read = EvaluationAbout.safeParse(run.about);
		if (!read.success || read.data.student === undefined) return [];
		if (run.view.state !== "succeeded" || filed.has(run.view.runId)) return [];
		const { settings, student } = read.data;
		const base = findAnchor(runs, student.base, settings);
		const reference = student.reference === null ? undefined : findAnchor(runs, student.reference, settings);
		if ([base, reference].some((anchor) => anchor && !anchor.view.isFinal)) return [];
		return [scoreParts(run, student, base, reference, codeVersion)];
	});
}

function scoreParts(
	{ view, run }: EvaluatedRun,
	student: NonNullable<EvaluationAbout["student"]>,
	base: EvaluatedRun | undefined,
	reference: EvaluatedRun | undefined,
	codeVersion: string,
): OwnScoreParts {
	const tasksOf = (one: EvaluatedRun) => extrinsicOf(one.view, student.language).tasks;
	const { tasks, missingTasks } = extrinsicOf(view, student.language);
	const compared = base && reference ? anchorFrom(tasks, tasksOf(base), tasksOf(reference)) : null;
	return {
		studentBase: student.base,
		teacher: student.teacher,
		language: student.language,
		tasks,
		missingTasks,
		anchor: compared?.anchor ?? null,
		anchorRefusal: compared?.refusal ?? null,
		intrinsic: null,
		population: null,
		practice: view.isPractice,
		runId: view.runId,
		createdAt: run.createdAt,
		datasetSha256: student.datasetSha256,
		codeVersion,
	};
}

function newestFirst<R extends EvaluatedRun>(runs: readonly R[]): R[] {
	return runs.toSorted((a, b) => b.run.createdAt.localeCompare(a.run.createdAt));
}

/** Published and own rows as the one message the score panel draws. */
import type { Problem } from "../problem.ts";
import { analyse } from "./analyses/analyses.ts";
import { chooseAnchors } from "./anchor-choice.ts";
import { compareTeachers } from "./compare-teachers.ts";
import { finite } from "./finite.ts";
import type { ItemResult } from "./item-results.ts";
import { ownAnchor, rowKey } from "./join.ts";
import { learningCurves, type NestedSamples, withoutSmallerSamples } from "./learning-curve.ts";
import { newestComplete } from "./own-score.ts";
import type { ScoreCell, ScorePanelMessage } from "./panel-message.ts";
import { type Published, type PublishedTeacher, publishedBackends } from "./published.ts";
import type { Anchor, IntrinsicRow, OwnScoreRow, Population, Task } from "./rows.ts";
import { guardScore, polyglotScore, type ScoredRow } from "./scored-row.ts";
import { meanOfGaps } from "./task-gaps.ts";
import { metricsOf, type ZPopulations, zPopulations } from "./z-readings.ts";

/** What a workspace adds to the published numbers. */
export interface Workspace {
	/** Of `.polyglot/scores.jsonl`, oldest first. */
	readonly rows: readonly OwnScoreRow[];
	/** Of `.polyglot/intrinsic.jsonl`; of equal teacher and language the last counts. */
	readonly measured: readonly IntrinsicRow[];
	/** Of `.polyglot/z-population.json`; null before it was frozen. */
	readonly population: Population | null;
	readonly nested: readonly NestedSamples[];
	/** Answers item by item of an evaluation. */
	readonly items: ReadonlyMap<string, readonly ItemResult[]>;
	/** Lines that could not be read. */
	readonly problems: readonly Problem[];
}

export const emptyWorkspace: Workspace = {
	rows: [],
	measured: [],
	population: null,
	nested: [],
	items: new Map(),
	problems: [],
};

/** Language names come from the caller's table where the paper has none. */
export function scoreTable(
	published: Published,
	workspace: Workspace = emptyWorkspace,
	languageName: (code: string) => string | undefined = () => undefined,
): ScorePanelMessage {
	const populations = zPopulations(published, workspace);
	const lasting = lastingOf(published, populations);
	const itemsOf = (runId: string) => workspace.items.get(runId) ?? null;
	const cells = [
		...publishedCells(published, populations).map((one, index) => ({ ...one, ...lasting.comparisons[index] })),
		...compareTeachers(ownCells(workspace, populations), { tables: published.tables, itemsOf }),
	];
	const languages = [...new Set(cells.map((cell) => cell.language))].sort();
	const names = new Map(published.languages.map((language) => [language.code, language.name]));
	return {
		type: "score",
		teachers: [...new Set(cells.map((cell) => cell.teacher))].map((name) => panelTeacher(name, published.teachers)),
		languages: languages.map((code) => ({ code, name: names.get(code) ?? languageName(code) ?? code })),
		studentBases: [...new Set(cells.map((cell) => cell.studentBase))].map((name) => ({
			name,
			label: publishedLabels[name] ?? name,
		})),
		cells,
		populations: [...populations.described],
		curves: learningCurves(workspace.rows, workspace.nested),
		analyses: lasting.analyses,
		problems: workspace.problems.map(({ message, where }) => (where === undefined ? { message } : { message, where })),
	};
}

/** What no workspace changes: computed once for the files as they were read, since it takes most of the time. */
interface Lasting {
	readonly analyses: ScorePanelMessage["analyses"];
	/** In the order of the published rows. */
	readonly comparisons: readonly Pick<ScoreCell, "comparison" | "gainComparison">[];
}

const computed = new WeakMap<Published, Lasting>();

function lastingOf(published: Published, populations: ZPopulations): Lasting {
	const known = computed.get(published);
	if (known) return known;
	const { tables } = published;
	const compared = compareTeachers(publishedCells(published, populations), { tables, itemsOf: () => null });
	const comparisons = compared.map(({ comparison, gainComparison }) => ({ comparison, gainComparison }));
	const lasting = { analyses: analyse(published), comparisons };
	computed.set(published, lasting);
	return lasting;
}

const publishedLabels: Readonly<Record<string, string>> = {
	"olmo3-7b": "OLMo 3 7B",
	"gemma3-4b": "Gemma 3 4B",
	"qwen3-8b": "Qwen 3 8B",
	"llama3-8b": "Llama 3.1 8B",
};

function panelTeacher(name: string, known: readonly PublishedTeacher[]) {
	const teacher = known.find((candidate) => candidate.teacher_model === name);
	return { name, label: teacher?.label ?? name, family: teacher?.family ?? null, sizeB: teacher?.size_b_code ?? null };
}

function publishedCells(published: Published, populations: ZPopulations): ScoreCell[] {
	const { scores, intrinsic, anchors, languages } = published;
	const reading = chooseAnchors(null, anchors);
	const shots = new Map([["mgsm_custom", 5]]);
	return scores.map((row) => {
		const read = reading(row.student_base, row.target_lang);
		const metrics = intrinsic.find(
			(one) => one.teacher_model === row.teacher_model && one.target_lang === row.target_lang,
		);
		const names = languages.find((language) => language.code === row.target_lang)?.tasks ?? [];
		const tasks = names.map((task) => ({ task, shots: shots.get(task) ?? 0 }));
		return cell(guardScore(row, read), {
			source: "published",
			studentBase: row.student_base,
			anchor: panelAnchor(read.anchor, "solved from the published rows; the paper does not print them"),
			metrics: metrics ? { ...publishedBackends, ...metrics } : null,
			populations,
			tasks,
		});
	});
}

function ownCells({ rows, measured, nested }: Workspace, populations: ZPopulations): ScoreCell[] {
	const byKey = Map.groupBy(withoutSmallerSamples(rows, nested), (row) => `${row.practice} ${rowKey(row)}`);
	return [...byKey.values()].flatMap((versions) => {
		const row = newestComplete(versions);
		if (!row) return [];
		const metrics = measured.findLast(
			(one) => one.teacher_model === row.teacher_model && one.target_lang === row.target_lang,
		);
		const older = versions.filter((version) => version !== row);
		return [ownCell(row, metrics ?? null, older, populations)];
	});
}

function ownCell(
	row: OwnScoreRow,
	measured: IntrinsicRow | null,
	older: readonly OwnScoreRow[],
	populations: ZPopulations,
): ScoreCell {
	const anchor = ownAnchor(row);
	const metrics = row.intrinsic ?? measured;
	return {
		...cell(withMeasuredZ(row, anchor, metrics, populations), {
			source: row.practice ? "practice" : "own",
			studentBase: row.student_base,
			anchor: panelAnchor(anchor, "measured with the same student base and tasks"),
			metrics,
			populations,
			tasks: row.tasks,
		}),
		anchorRefusal: row.anchor_refusal ?? null,
		isMeasured: measured !== null,
		missingTasks: row.missing_tasks,
		older: older.map((one) => ({
			runId: one.run_id ?? null,
			createdAt: one.created_at ?? null,
			result: finite(one.result),
			missingTasks: one.missing_tasks,
		})),
		population: row.population ?? null,
		runId: row.run_id ?? null,
		createdAt: row.created_at ?? null,
		datasetSha256: row.dataset_sha256 ?? null,
		codeVersion: row.code_version ?? null,
	};
}

/** A row that was filed before its data were measured gets its z from the measurement, against the published rows. */
function withMeasuredZ(
	row: OwnScoreRow,
	anchor: Anchor | null,
	metrics: IntrinsicRow | null,
	populations: ZPopulations,
): ScoredRow {
	const scored = guardScore(row, { anchor, anchorReasons: [] });
	if (scored.z_score !== null || !metrics) return scored;
	const found = populations.read(metrics).published;
	const pg = polyglotScore(scored.pgr, found?.z ?? null);
	const stale = new Set(["z_score_missing", ...(pg === null ? [] : ["pg_score_missing"])]);
	const kept = scored.reasons.filter((reason) => found === null || found.z === null || !stale.has(reason));
	return {
		...scored,
		z_score: found?.z ?? null,
		pg_score: pg,
		pg_score_stderr: pg === null || scored.pgr_stderr === null ? null : scored.pgr_stderr / 2,
		reasons: [...new Set([...kept, ...(found?.reasons ?? [])])],
	};
}

interface CellContext {
	readonly source: ScoreCell["source"];
	readonly studentBase: string;
	readonly anchor: ScoreCell["anchor"];
	readonly metrics: IntrinsicRow | null;
	readonly populations: ZPopulations;
	readonly tasks: readonly Task[];
}

function cell(row: ScoredRow, { source, studentBase, anchor, metrics, populations, tasks }: CellContext): ScoreCell {
	const readings = metrics ? populations.read(metrics) : { published: null, workspace: null, language: null };
	const byTask = anchor ? meanOfGaps(tasks, { base: anchor.base, ref: anchor.ref, tasks: anchor.tasks }) : null;
	return {
		teacher: row.teacher_model,
		language: row.target_lang,
		studentBase,
		source,
		result: row.result,
		resultStderr: row.result_stderr,
		z: row.z_score,
		pgr: row.pgr,
		pgrStderr: row.pgr_stderr,
		pg: row.pg_score,
		pgStderr: row.pg_score_stderr,
		gain: row.gain,
		gainStderr: row.gain_stderr,
		pgrInterpretable: row.pgr_interpretable,
		reasons: [...row.reasons],
		anchor,
		anchorRefusal: null,
		meanOfRatios: byTask && { pgr: byTask.pgr, stderr: byTask.stderr, isInterpretable: byTask.isInterpretable },
		comparison: null,
		gainComparison: null,
		metrics: metrics && metricsOf(metrics),
		zReadings: readings,
		zWithinLanguage: readings.language?.z ?? null,
		isMeasured: false,
		population: source === "published" ? populations.publishedName : null,
		tasks: [...tasks],
		missingTasks: [],
		older: [],
		runId: null,
		createdAt: null,
		datasetSha256: null,
		codeVersion: null,
	};
}

function panelAnchor(anchor: Anchor | null, origin: string): ScoreCell["anchor"] {
	if (!anchor) return null;
	const { base, ref, tasks = [] } = anchor;
	const errors = { baseStderr: finite(anchor.base_stderr), refStderr: finite(anchor.ref_stderr) };
	return { base, ref, ...errors, origin, tasks };
}

/** Published and own rows as the one message the score panel draws. */
import type { Problem } from "../problem.ts";
import { analyse } from "./analyses/analyses.ts";
import { chooseAnchors } from "./anchor-choice.ts";
import { compareTeachers } from "./compare-teachers.ts";
import { finite } from "./finite.ts";
import { rowKey } from "./join.ts";
import { newestComplete } from "./own-score.ts";
import type { ScoreCell, ScorePanelMessage } from "./panel-message.ts";
import type { Published, PublishedTeacher } from "./published.ts";
import type { Anchor, IntrinsicRow, OwnScoreRow, Population, Task } from "./rows.ts";
import { zColumns } from "./rows.ts";
import { guardScore, type ScoredRow } from "./scored-row.ts";
import { columnValue, populationOf, zScore } from "./z-score.ts";

/** Language names come from the caller's table where the paper has none. */
export function scoreTable(
	published: Published,
	own: readonly OwnScoreRow[],
	languageName: (code: string) => string | undefined = () => undefined,
	problems: readonly Problem[] = [],
): ScorePanelMessage {
	const cells = compareTeachers(
		[...publishedCells(published), ...ownCells(own, published.population)],
		published.tables,
	);
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
		analyses: analyse(published),
		problems: problems.map(({ message, where }) => (where === undefined ? { message } : { message, where })),
	};
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

function publishedCells({ scores, intrinsic, anchors, population, languages }: Published): ScoreCell[] {
	const reading = chooseAnchors(null, anchors);
	const within = withinLanguage(intrinsic);
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
			metrics: metrics ?? null,
			population,
			within: metrics ? within(metrics) : null,
			tasks,
		});
	});
}

function ownCells(rows: readonly OwnScoreRow[], published: Population): ScoreCell[] {
	const byKey = Map.groupBy(rows, (row) => `${row.practice} ${rowKey(row)}`);
	return [...byKey.values()].flatMap((versions) => {
		const row = newestComplete(versions);
		return row ? [ownCell(row, versions.length - 1, published)] : [];
	});
}

function ownCell(row: OwnScoreRow, olderRows: number, published: Population): ScoreCell {
	const [base, ref] = [finite(row.base), finite(row.ref)];
	const anchor: Anchor | null =
		base === null || ref === null ? null : { base, ref, base_stderr: row.base_stderr, ref_stderr: row.ref_stderr };
	return {
		...cell(guardScore(row, { anchor, anchorReasons: [] }), {
			source: row.practice ? "practice" : "own",
			studentBase: row.student_base,
			anchor: panelAnchor(anchor, "measured with the same student base and tasks"),
			metrics: row.intrinsic ?? null,
			population: row.population === published.name ? published : null,
			within: null,
			tasks: row.tasks,
		}),
		missingTasks: row.missing_tasks,
		olderRows,
		population: row.population ?? null,
		runId: row.run_id ?? null,
		createdAt: row.created_at ?? null,
		datasetSha256: row.dataset_sha256 ?? null,
		codeVersion: row.code_version ?? null,
	};
}

interface CellContext {
	readonly source: ScoreCell["source"];
	readonly studentBase: string;
	readonly anchor: ScoreCell["anchor"];
	readonly metrics: IntrinsicRow | null;
	readonly population: Population | null;
	readonly within: number | null;
	readonly tasks: readonly Task[];
}

function cell(row: ScoredRow, context: CellContext): ScoreCell {
	return {
		teacher: row.teacher_model,
		language: row.target_lang,
		studentBase: context.studentBase,
		source: context.source,
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
		anchor: context.anchor,
		comparison: null,
		zParts: zParts(context.metrics, context.population),
		zWithinLanguage: context.within,
		population: context.population?.name ?? null,
		tasks: [...context.tasks],
		missingTasks: [],
		olderRows: 0,
		runId: null,
		createdAt: null,
		datasetSha256: null,
		codeVersion: null,
	};
}

function zParts(metrics: IntrinsicRow | null, population: Population | null): ScoreCell["zParts"] {
	if (!metrics) return null;
	const columns = population ? zScore(metrics, population).columns : null;
	const part = (column: (typeof zColumns)[number]) => ({
		value: columnValue(metrics, column),
		z: columns?.[column] ?? null,
	});
	const [prompts, responses, rubric, perplexity] = zColumns;
	return {
		[prompts]: part(prompts),
		[responses]: part(responses),
		[rubric]: part(rubric),
		[perplexity]: part(perplexity),
	};
}

function panelAnchor(anchor: Anchor | null, origin: string): ScoreCell["anchor"] {
	if (!anchor) return null;
	const { base, ref } = anchor;
	return { base, ref, baseStderr: finite(anchor.base_stderr), refStderr: finite(anchor.ref_stderr), origin };
}

/** z against the rows of the same language, which removes the offsets between languages. */
function withinLanguage(rows: readonly IntrinsicRow[]): (row: IntrinsicRow) => number | null {
	const populations = new Map<string, Population | null>();
	for (const [language, own] of Map.groupBy(rows, (row) => row.target_lang))
		populations.set(language, own.length < 3 ? null : populationOf(own, `within-language ${language}`));
	return (row) => {
		const population = populations.get(row.target_lang);
		return population ? zScore(row, population).z : null;
	};
}

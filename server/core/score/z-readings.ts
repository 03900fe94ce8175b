/** z of one dataset against every population there is: the published rows, those of its language, and the workspace's own. */
import type { PopulationKind, ScoreCell, ScorePanelMessage, ZReading } from "./panel-message.ts";
import { type Published, publishedBackends } from "./published.ts";
import { type IntrinsicRow, type Population, type ZColumn, zColumns } from "./rows.ts";
import { columnValue, populationOf, zScore } from "./z-score.ts";

/** Rows a language needs before its own mean and spread say anything. */
const leastRows = 3;

export interface ZPopulations {
	readonly publishedName: string;
	readonly described: ScorePanelMessage["populations"];
	read(metrics: IntrinsicRow): ScoreCell["zReadings"];
}

/** `population` is the workspace's frozen one; without it its measured rows are the population as they are now. */
export function zPopulations(
	{ population: published, intrinsic }: Pick<Published, "population" | "intrinsic">,
	workspace: { readonly measured: readonly IntrinsicRow[]; readonly population: Population | null },
): ZPopulations {
	const byLanguage = languagePopulations(intrinsic, published.name);
	const own = workspace.population ?? populationOf(newestOf(workspace.measured), "this workspace");
	const isFrozen = workspace.population !== null;
	return {
		publishedName: published.name,
		described: [
			described("published", published, true),
			described("language", { name: `${published.name}, each language by itself`, n: published.n }, true),
			...(own ? [described("workspace", own, isFrozen)] : []),
		],
		read: (metrics) => ({
			published: reading(metrics, published),
			language: reading(metrics, byLanguage.get(metrics.target_lang) ?? null),
			workspace: reading(metrics, own),
		}),
	};
}

/** The last measurement of each teacher and language: the one that counts. */
export function newestOf(measured: readonly IntrinsicRow[]): IntrinsicRow[] {
	const last = new Map(measured.map((row) => [JSON.stringify([row.teacher_model, row.target_lang]), row]));
	return [...last.values()];
}

/** The four columns of z as they enter it. */
export function metricsOf(metrics: IntrinsicRow): Record<ZColumn, number | null> {
	const [prompts, responses, rubric, perplexity] = zColumns;
	return {
		[prompts]: columnValue(metrics, prompts),
		[responses]: columnValue(metrics, responses),
		[rubric]: columnValue(metrics, rubric),
		[perplexity]: columnValue(metrics, perplexity),
	};
}

function languagePopulations(rows: readonly IntrinsicRow[], name: string): Map<string, Population | null> {
	const languages = Map.groupBy(
		rows.map((row) => ({ ...publishedBackends, ...row })),
		(row) => row.target_lang,
	);
	return new Map(
		[...languages].map(([language, own]) => [
			language,
			own.length < leastRows ? null : populationOf(own, `${name}, ${language}`),
		]),
	);
}

function reading(metrics: IntrinsicRow, population: Population | null): ZReading | null {
	if (!population) return null;
	const { z, columns, reasons } = zScore(metrics, population);
	return { population: population.name, z, columns: { ...columns }, reasons: [...reasons] };
}

function described(kind: PopulationKind, { name, n }: Pick<Population, "name" | "n">, isFrozen: boolean) {
	return { kind, name, n, isFrozen };
}

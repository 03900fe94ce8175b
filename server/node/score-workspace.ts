/** What a workspace holds beside the published numbers: scores, measured metrics, its population, nested samples, answers. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod/mini";
import { type Problem, UserError } from "../core/problem.ts";
import { type ItemResult, ItemResult as ItemSchema } from "../core/score/item-results.ts";
import { NestedSamples } from "../core/score/learning-curve.ts";
import { IntrinsicRow, Population } from "../core/score/rows.ts";
import type { Workspace } from "../core/score/score-table.ts";
import { newestOf } from "../core/score/z-readings.ts";
import { populationOf } from "../core/score/z-score.ts";
import { isAbsent, loadOwnScores } from "./score-files.ts";
import { readObject, readRows } from "./score-rows.ts";

export const measuredPath = (folder: string) => join(folder, ".polyglot", "intrinsic.jsonl");
const populationPath = (folder: string) => join(folder, ".polyglot", "z-population.json");
export const curvesPath = (folder: string) => join(folder, ".polyglot", "curves.jsonl");
/** Where an evaluation's answers lie once they were fetched. */
export const itemsPath = (folder: string, runId: string) =>
	join(folder, ".polyglot", "students", runId, "eval", "items.jsonl");

/** Never throws for what a file holds: that is a problem beside the rows that can be read. */
export async function loadWorkspace(folder: string): Promise<Workspace> {
	const [own, measured, nested, frozen] = await Promise.all([
		loadOwnScores(folder),
		optionalRows(measuredPath(folder), IntrinsicRow),
		optionalRows(curvesPath(folder), NestedSamples),
		loadPopulation(folder),
	]);
	const items = await loadItems(
		folder,
		own.rows.flatMap(({ run_id }) => run_id ?? []),
	);
	return {
		rows: own.rows,
		measured: measured.rows,
		population: frozen.population,
		nested: nested.rows,
		items: items.byRun,
		problems: [own, measured, nested, frozen, items].flatMap(({ problems }) => problems),
	};
}

/** Keeps the measured rows as the workspace's population, as they are now. Throws where there is nothing to keep. */
export async function freezePopulation(folder: string, day: string): Promise<Population> {
	const { rows } = await optionalRows(measuredPath(folder), IntrinsicRow);
	const population = populationOf(newestOf(rows), `this workspace, ${day}`);
	if (!population) {
		throw new UserError(
			"nothing-measured",
			"No dataset of this workspace has all four metrics. Measure them into .polyglot/intrinsic.jsonl first.",
		);
	}
	await writeFile(populationPath(folder), `${JSON.stringify(Population.parse(population), null, "\t")}\n`);
	return population;
}

/** The newest measurement of a teacher and language; null where there is none. */
export async function loadMeasured(
	folder: string,
): Promise<(teacher: string, language: string) => IntrinsicRow | null> {
	const { rows } = await optionalRows(measuredPath(folder), IntrinsicRow);
	return (teacher, language) =>
		rows.findLast((row) => row.teacher_model === teacher && row.target_lang === language) ?? null;
}

async function loadPopulation(
	folder: string,
): Promise<{ population: Population | null; problems: readonly Problem[] }> {
	const path = populationPath(folder);
	try {
		return { population: await readObject(path, Population), problems: [] };
	} catch (cause) {
		return { population: null, problems: isAbsent(cause) ? [] : [problemOf(cause, path)] };
	}
}

async function loadItems(
	folder: string,
	runIds: readonly string[],
): Promise<{ byRun: Map<string, readonly ItemResult[]>; problems: readonly Problem[] }> {
	const byRun = new Map<string, readonly ItemResult[]>();
	const problems: Problem[] = [];
	for (const runId of new Set(runIds)) {
		// Ids come from a file; only what a trainer would give out becomes a path.
		if (!/^[a-z0-9-]{8,40}$/.test(runId)) continue;
		const found = await optionalRows(itemsPath(folder, runId), ItemSchema);
		// Half of the answers would be another benchmark.
		if (found.rows.length > 0 && found.problems.length === 0) byRun.set(runId, found.rows);
		problems.push(...found.problems);
	}
	return { byRun, problems };
}

/** No rows where there is no file. */
export async function optionalRows<S extends z.ZodMiniType>(
	path: string,
	schema: S,
): Promise<{ rows: readonly z.infer<S>[]; problems: readonly Problem[] }> {
	try {
		const { rows, problems } = await readRows(path, schema);
		return { rows: rows.map(({ row }) => row), problems };
	} catch (cause) {
		return { rows: [], problems: isAbsent(cause) ? [] : [problemOf(cause, path)] };
	}
}

function problemOf(cause: unknown, where: string): Problem {
	return { code: "score-file-unreadable", message: cause instanceof Error ? cause.message : String(cause), where };
}

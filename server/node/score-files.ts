/** The published numbers in `media/published/` and a workspace's own scores in `.polyglot/scores.jsonl`. */
import { join } from "node:path";
import * as z from "zod/mini";
import type { Problem } from "../core/problem.ts";
import {
	DataScaling,
	PrintedTables,
	type Published,
	PublishedLanguage,
	PublishedTeacher,
	publishedBackends,
	TagalogStep,
	TeacherBenchmark,
	Translation,
} from "../core/score/published.ts";
import { Anchors, IntrinsicRow, OwnScoreRow, Population, ScoreRow } from "../core/score/rows.ts";
import { JsonlLog } from "./jsonl-log.ts";
import { readObject, readRows } from "./score-rows.ts";

/** Everything the score needs of `media/`, whose path the caller knows. */
export async function loadPublished(mediaFolder: string): Promise<Published> {
	const at = (name: string) => join(mediaFolder, "published", name);
	const rows = async <S extends z.ZodMiniType>(name: string, schema: S) =>
		(await readRows(at(name), schema)).rows.map(({ row }) => row);
	const [scores, intrinsic, benchmarks, dataScaling, translations] = await Promise.all([
		rows("scores.jsonl", ScoreRow),
		rows("intrinsic.jsonl", IntrinsicRow),
		rows("teacher-benchmarks.jsonl", TeacherBenchmark),
		rows("data-scaling.jsonl", DataScaling),
		rows("translation-ablation.jsonl", Translation),
	]);
	const [anchors, population, teachers, languages, tagalogSteps, tables] = await Promise.all([
		readObject(at("anchors.json"), Anchors),
		readObject(at("z-population.json"), Population),
		readObject(at("teachers.json"), z.array(PublishedTeacher)),
		readObject(at("languages.json"), z.array(PublishedLanguage)),
		readObject(at("tagalog-ablation.json"), z.array(TagalogStep)),
		readObject(at("published-tables.json"), PrintedTables),
	]);
	const withBackends = { ...population, backends: publishedBackends };
	const statistics = { scores, intrinsic, anchors, population: withBackends, teachers, languages };
	return { ...statistics, benchmarks, dataScaling, translations, tagalogSteps, tables };
}

const ownScoresPath = (folder: string) => join(folder, ".polyglot", "scores.jsonl");

/** A workspace's own rows, oldest first, with a problem per line that is none; empty where there is no file. */
export async function loadOwnScores(
	folder: string,
): Promise<{ rows: readonly OwnScoreRow[]; problems: readonly Problem[] }> {
	try {
		const { rows, problems } = await readRows(ownScoresPath(folder), OwnScoreRow);
		return { rows: rows.map(({ row }) => row), problems };
	} catch (cause) {
		if (isAbsent(cause)) return { rows: [], problems: [] };
		const message = cause instanceof Error ? cause.message : String(cause);
		return { rows: [], problems: [{ code: "own-scores-unreadable", message, where: ownScoresPath(folder) }] };
	}
}

const logs = new Map<string, Promise<void>>();

/** Resolves once the row is on disk. Calls for one folder follow each other, so that no row is cut. */
export function appendOwnScore(folder: string, row: OwnScoreRow): Promise<void> {
	const path = ownScoresPath(folder);
	const before = logs.get(path) ?? Promise.resolve();
	const written = before.then(() => appendRow(path, row));
	const settled = written.catch(() => {});
	logs.set(path, settled);
	void settled.then(() => logs.get(path) === settled && logs.delete(path));
	return written;
}

async function appendRow(path: string, row: OwnScoreRow): Promise<void> {
	const log = await JsonlLog.open(path);
	try {
		await log.append(row);
	} finally {
		await log.close();
	}
}

export function isAbsent(cause: unknown): boolean {
	return (
		cause instanceof Error && cause.cause instanceof Error && (cause.cause as NodeJS.ErrnoException).code === "ENOENT"
	);
}

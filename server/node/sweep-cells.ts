/** Splits datasets into the cells of a sweep: the rows of each teacher in each language, one file each. */
import { createHash } from "node:crypto";
import { appendFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { cellKey, type SweepCell } from "../core/trainer/sweep.ts";
import { readLines } from "./read-lines.ts";

const flushCharacters = 1 << 20;

/** Teachers and languages of the datasets, in alphabetical order; rows that name neither are not counted. */
export async function countCells(paths: readonly string[]): Promise<SweepCell[]> {
	const counted = new Map<string, SweepCell>();
	for (const path of paths) {
		for await (const lines of readLines(path)) {
			for (const line of lines) {
				const pair = pairOf(line);
				if (!pair) continue;
				const key = cellKey(pair);
				counted.set(key, { ...pair, rows: (counted.get(key)?.rows ?? 0) + 1 });
			}
		}
	}
	return [...counted.values()].sort(
		(a, b) => a.teacher.localeCompare(b.teacher) || a.language.localeCompare(b.language),
	);
}

/** Writes the wanted cells' rows into `folder`, all or none; gives each cell's file name by its key. */
export async function splitCells(
	paths: readonly string[],
	wanted: readonly SweepCell[],
	folder: string,
): Promise<ReadonlyMap<string, string>> {
	const names = new Map(wanted.map((cell) => [cellKey(cell), fileOf(cell)]));
	const partial = `${folder}.part`;
	await rm(partial, { recursive: true, force: true });
	await mkdir(partial, { recursive: true });
	const waiting = new Map<string, string>();
	const flush = async (name: string) => {
		const text = waiting.get(name);
		waiting.delete(name);
		if (text) await appendFile(join(partial, name), text);
	};
	for (const path of paths) {
		for await (const lines of readLines(path)) {
			for (const line of lines) {
				const pair = pairOf(line);
				const name = pair && names.get(cellKey(pair));
				if (name === undefined) continue;
				const text = `${waiting.get(name) ?? ""}${line}\n`;
				waiting.set(name, text);
				if (text.length > flushCharacters) await flush(name);
			}
		}
	}
	for (const name of [...waiting.keys()]) await flush(name);
	await rename(partial, folder).catch((cause: unknown) => {
		throw new UserError("sweep-exists", `The sweep's rows cannot be kept in ${folder}: ${String(cause)}`, { cause });
	});
	return names;
}

/** Names of teachers come from data, so they are hashed before they become part of a path. */
function fileOf(cell: SweepCell): string {
	return `${createHash("sha256").update(cellKey(cell)).digest("hex").slice(0, 16)}.jsonl`;
}

function pairOf(line: string): { teacher: string; language: string } | undefined {
	if (line === "") return undefined;
	try {
		const { model, language } = JSON.parse(line) as Record<string, unknown>;
		const isPair = typeof model === "string" && typeof language === "string" && model !== "" && language !== "";
		return isPair ? { teacher: model, language } : undefined;
	} catch {
		return undefined;
	}
}

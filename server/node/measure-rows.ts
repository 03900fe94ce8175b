/** Reads the lines of dataset files, in blocks, as often as a pass needs them. */
import { stat } from "node:fs/promises";
import { type MeasuredSample, readMeasured } from "../core/measure/measured-sample.ts";
import { UserError } from "../core/problem.ts";
import type { FieldMapping } from "../core/project.ts";
import { readLines } from "./read-lines.ts";

export interface DatasetFile {
	/** Absolute. */
	readonly path: string;
	/** As the caller named it. */
	readonly name: string;
}

export interface Dataset {
	readonly files: readonly DatasetFile[];
	readonly mapping?: FieldMapping | undefined;
	/** The language of rows that state none. */
	readonly language?: string | undefined;
}

/** Lines that hold something; the same in every pass. */
export interface LineBlock {
	/** Index of the file. */
	readonly file: number;
	readonly lines: readonly string[];
	/** Of each line, from 1, in its file. */
	readonly numbers: readonly number[];
	/** Of each line, from 0, over all files and with those that are not wanted. */
	readonly ordinals: readonly number[];
}

export interface MeasuredLine {
	readonly ordinal: number;
	readonly line: string;
	/** Null where the line holds no sample. */
	readonly sample: MeasuredSample | null;
}

/** Large enough that rows of one group and language, taken together, find each other's memory in the processor's cache. */
const blockCharacters = 4 << 20;

/** Lines for which `isWanted`. None is parsed. */
export async function* lineBlocks(
	{ files }: Dataset,
	signal: AbortSignal,
	isWanted: (ordinal: number) => boolean = () => true,
): AsyncGenerator<LineBlock> {
	let ordinal = 0;
	for (const [file, source] of files.entries()) {
		let number = 0;
		let block = emptyBlock(file);
		for await (const lines of readable(source)) {
			signal.throwIfAborted();
			for (const line of lines) {
				number += 1;
				if (line.trim() === "") continue;
				if (isWanted(ordinal)) {
					block.lines.push(line);
					block.numbers.push(number);
					block.ordinals.push(ordinal);
					block.characters += line.length;
				}
				ordinal += 1;
			}
			if (block.characters < blockCharacters) continue;
			yield block;
			block = emptyBlock(file);
		}
		if (block.lines.length > 0) yield block;
	}
}

function emptyBlock(file: number) {
	return { file, lines: [] as string[], numbers: [] as number[], ordinals: [] as number[], characters: 0 };
}

export function parsedBlock({ lines, ordinals }: LineBlock, { mapping, language }: Dataset): readonly MeasuredLine[] {
	return lines.map((line, at) => ({ ordinal: ordinals[at] ?? 0, line, sample: readMeasured(line, mapping, language) }));
}

/** Size and time of last change of each file: several passes over it must see the same. */
export async function fileVersions({ files }: Dataset): Promise<string> {
	const stats = await Promise.all(files.map(({ path }) => stat(path).catch(() => null)));
	return JSON.stringify(stats.map((one) => one && [one.size, one.mtimeMs]));
}

export async function datasetBytes({ files }: Dataset): Promise<number> {
	const stats = await Promise.all(files.map(({ path }) => stat(path).catch(() => null)));
	return stats.reduce((sum, one) => sum + (one?.size ?? 0), 0);
}

async function* readable({ path, name }: DatasetFile): AsyncGenerator<readonly string[]> {
	try {
		yield* readLines(path);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
		throw new UserError("unreadable", `${name} can't be read: ${(cause as Error).message}`, { cause });
	}
}

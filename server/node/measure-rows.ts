/** Reads the samples of dataset files, in blocks, as often as a pass needs them. */
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

export interface MeasuredLine {
	/** From 0, over all files; the same in every pass. */
	readonly ordinal: number;
	/** `file:line`. */
	readonly place: string;
	readonly line: string;
	/** Null where the line holds no sample. */
	readonly sample: MeasuredSample | null;
}

/** Lines that hold something, for which `isWanted`. Others are not even parsed. */
export async function* measuredLines(
	{ files, mapping, language }: Dataset,
	signal: AbortSignal,
	isWanted: (ordinal: number) => boolean = () => true,
): AsyncGenerator<readonly MeasuredLine[]> {
	let ordinal = 0;
	for (const file of files) {
		let number = 0;
		for await (const lines of readable(file)) {
			signal.throwIfAborted();
			const block: MeasuredLine[] = [];
			for (const line of lines) {
				number += 1;
				if (line.trim() === "") continue;
				if (isWanted(ordinal))
					block.push({ ordinal, place: `${file.name}:${number}`, line, sample: readMeasured(line, mapping, language) });
				ordinal += 1;
			}
			if (block.length > 0) yield block;
		}
	}
}

async function* readable({ path, name }: DatasetFile): AsyncGenerator<readonly string[]> {
	try {
		yield* readLines(path);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
		throw new UserError("unreadable", `${name} can't be read: ${(cause as Error).message}`, { cause });
	}
}

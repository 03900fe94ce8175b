/** Makes JSON Lines of a file that is one JSON array, packed, or a Parquet table; never over a file that exists. */
import { link, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../core/problem.ts";
import { ArraySplitter } from "../core/sample/array-splitter.ts";
import { openFile } from "./line-index-file.ts";
import { streamLines } from "./line-index-stream.ts";
import { startsArray } from "./sample-source-array.ts";
import { packingOf } from "./sample-source-kind.ts";
import { unpackedBlocks } from "./unpacked-blocks.ts";

export interface ConvertOptions {
	readonly signal?: AbortSignal | undefined;
	/** Replace `output` where it exists. */
	readonly isForced?: boolean;
}

/** Beside the file, with the ending of JSON Lines instead of its own. */
export function convertedPath(path: string): string {
	const name = basename(path).replace(/\.(?:gz|zst|zstd)$/i, "");
	const stem = name.replace(/\.(?:json|jsonl|ndjson|parquet)$/i, "");
	return join(dirname(path), `${stem}${/\.jsonl$/i.test(basename(path)) ? ".lines" : ""}.jsonl`);
}

/** Writes the lines of `path` to `output`; returns how many. Throws a UserError where either can't be used. */
export async function convertFile(path: string, output: string, options: ConvertOptions = {}): Promise<number> {
	if (!options.isForced && (await stat(output).catch(() => undefined)))
		throw new UserError("exists", `${output} exists already. Name another file, or say --force.`);
	const folder = await mkdtemp(join(dirname(output), ".polyglot-convert-")).catch((cause: unknown) => {
		throw new UserError("unwritable", `${dirname(output)} can't be written to.`, { cause });
	});
	try {
		const written = join(folder, "lines.jsonl");
		const count = await writeLines(linesIn(path, options.signal), written);
		await (options.isForced ? rename(written, output) : claim(written, output));
		return count;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** A link fails where the name was taken meanwhile; a file system without links gets a plain rename. */
async function claim(written: string, output: string): Promise<void> {
	try {
		await link(written, output);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "EEXIST")
			throw new UserError("exists", `${output} exists already. Name another file, or say --force.`, { cause });
		await rename(written, output);
	}
}

async function writeLines(batches: AsyncIterable<readonly string[]>, path: string): Promise<number> {
	const file = await open(path, "wx");
	let count = 0;
	try {
		for await (const lines of batches) {
			if (lines.length === 0) continue;
			await file.writeFile(`${lines.join("\n")}\n`);
			count += lines.length;
		}
		await file.sync();
	} finally {
		await file.close();
	}
	return count;
}

async function* linesIn(path: string, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
	const { kind } = await packingOf(path);
	if (kind === "parquet") {
		const { parquetRows } = await import("./parquet-rows.ts");
		for await (const { lines } of parquetRows(path)) {
			signal?.throwIfAborted();
			yield lines;
		}
		return;
	}
	yield* (await isArray(path, signal)) ? elementsIn(path, kind, signal) : streamLines(path, signal);
}

/** By its first line with text; a whole array in one line is one as well. */
async function isArray(path: string, signal?: AbortSignal): Promise<boolean> {
	let first: string | undefined;
	for await (const lines of streamLines(path, signal)) {
		for (const line of lines) {
			if (line.trim() === "") continue;
			if (first !== undefined) return startsArray(first);
			if (!line.trimStart().replace("\ufeff", "").startsWith("[")) return false;
			first = line;
		}
	}
	return first !== undefined;
}

async function* elementsIn(
	path: string,
	kind: "lines" | "gzip" | "zstd",
	signal?: AbortSignal,
): AsyncGenerator<readonly string[]> {
	const file = await openFile(path);
	try {
		const splitter = new ArraySplitter();
		const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
		for await (const block of unpackedBlocks(file, kind === "lines" ? null : kind)) {
			signal?.throwIfAborted();
			yield splitter.push(decoder.decode(block, { stream: true }));
			if (splitter.fault) break;
		}
		const fault = splitter.finish();
		if (fault) throw new UserError("broken-array", `${path} breaks at character ${fault.offset + 1}: ${fault.message}`);
	} finally {
		await file.handle.close();
	}
}

/** The lines of a file from start to end, whatever its size, bytes and packing, in memory of a few blocks. */
import { streamLines } from "./line-index-stream.ts";
import { isArrayLine, oneArray, startsArray } from "./sample-source-array.ts";
import { packingOf } from "./sample-source-kind.ts";

/**
 * Yields arrays of decoded lines without their breaks: of JSON Lines plain or packed (gzip, Zstandard), or a Parquet file's
 * rows as JSON. Bytes that are not UTF-8 become U+FFFD; a byte order mark at the start is dropped. Text after the last
 * newline is a line of its own; nothing after it is not. Throws a UserError where the file can't be read, changes
 * meanwhile, or is one JSON array.
 */
export async function* readLines(path: string, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
	const { kind } = await packingOf(path);
	yield* refusingArray(path, kind === "parquet" ? rowsOf(path, signal) : streamLines(path, signal));
}

async function* rowsOf(path: string, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
	// Loaded when needed, as most files are none.
	const { parquetRows } = await import("./parquet-rows.ts");
	for await (const { lines } of parquetRows(path)) {
		signal?.throwIfAborted();
		yield lines;
	}
}

/** Holds the first lines back until it is known that they do not belong to one array over the whole file. */
async function* refusingArray(
	path: string,
	batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[]> {
	let held: string[] | undefined = [];
	for await (const lines of batches) {
		if (!held) {
			yield lines;
			continue;
		}
		held.push(...lines);
		const [first, second] = held.filter((line) => line.trim() !== "");
		if (first === undefined || (first.trimStart().startsWith("[") && second === undefined)) continue;
		if (startsArray(first)) throw oneArray(path);
		yield held;
		held = undefined;
	}
	if (!held || held.length === 0) return;
	const only = held.find((line) => line.trim() !== "") ?? "";
	if (startsArray(only) || isArrayLine(only)) throw oneArray(path);
	yield held;
}

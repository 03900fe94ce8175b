/** The JSONL file accepted rows go to. It belongs to the user: rows are only ever added at its end. */
import { appendFile, open, truncate } from "node:fs/promises";
import { SampleRow } from "../core/sample-row.ts";
import { readLine } from "./generate-read.ts";
import { JsonlLog } from "./jsonl-log.ts";

/**
 * Opens the file for appending after handing each sample in it to `onRow`. A last line without its newline is
 * finished, unless it is a row of ours that a crash tore.
 */
export async function openOutput(path: string, onRow: (row: SampleRow) => void): Promise<JsonlLog> {
	await endLastLine(path);
	return JsonlLog.open(path, (line) => {
		const row = readLine(SampleRow, line);
		if (row) onRow(row);
	});
}

async function endLastLine(path: string): Promise<void> {
	const tail = await lastLine(path);
	if (tail === undefined || tail.text === "") return;
	// Our rows begin with the id; a torn one comes again from the journal, and anything else is the user's and stays.
	if (tail.text.startsWith('{"id":') && !isJson(tail.text)) await truncate(path, tail.start);
	else await appendFile(path, "\n");
}

const chunkBytes = 1 << 16;

/** What follows the last newline, with its byte offset; undefined where there is no file. */
async function lastLine(path: string): Promise<{ text: string; start: number } | undefined> {
	const file = await open(path, "r").catch(() => undefined);
	if (!file) return undefined;
	try {
		const { size } = await file.stat();
		const parts: Buffer[] = [];
		for (let end = size; end > 0; ) {
			const start = Math.max(0, end - chunkBytes);
			const chunk = Buffer.alloc(end - start);
			await file.read(chunk, 0, chunk.length, start);
			const newline = chunk.lastIndexOf(10);
			parts.unshift(chunk.subarray(newline + 1));
			end = newline === -1 ? start : 0;
		}
		const bytes = Buffer.concat(parts);
		return { text: bytes.toString("utf8"), start: size - bytes.length };
	} finally {
		await file.close();
	}
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Files that are no JSON Lines but one JSON array over the whole file. */
import { UserError } from "../core/problem.ts";
import type { LineIndex } from "./line-index.ts";

/** A first line longer than this is not parsed to find out. */
const parsedBytes = 1 << 20;
/** Blank lines looked over at either end. */
const mostBlank = 1000;

export async function isOneArray(index: LineIndex): Promise<boolean> {
	const first = await firstWith(index, /\S/u, 0, 1);
	if (!first?.text.startsWith("[")) return false;
	const last = await firstWith(index, /\S/u, index.lineCount - 1, -1);
	if (!last?.text.trimEnd().endsWith("]")) return false;
	return last.line === first.line || !isJson(first.text);
}

/** The first line from `from` on, in steps of `step`, that holds something; its start only where it is long. */
async function firstWith(index: LineIndex, wanted: RegExp, from: number, step: 1 | -1) {
	for (let line = from, seen = 0; line >= 0 && line < index.lineCount && seen < mostBlank; line += step, seen += 1) {
		const { startByte, endByte } = index.range(line, line + 1);
		const isLong = endByte - startByte > parsedBytes;
		const text = isLong ? await endOf(index, line, step) : await index.readLine(line);
		if (wanted.test(text)) return { line, text: text.trimStart() };
	}
	return undefined;
}

async function endOf(index: LineIndex, line: number, step: 1 | -1): Promise<string> {
	return (await index.readPart(line, step === 1 ? 0 : -1000, 1000)).toString("utf8");
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Whether a file's first line with text can only be the beginning of an array that goes on in the next ones. */
export function startsArray(line: string): boolean {
	const text = line.trim();
	return text.startsWith("[") && /[[{,]$/.test(text) && !isJson(text);
}

/** The whole file as one line: an array where it is one. */
export function isArrayLine(line: string): boolean {
	return line.trimStart().startsWith("[") && isJson(line);
}

export function oneArray(path: string): UserError {
	return new UserError(
		"json-array",
		`${path} is one JSON array; samples stand on a line each (JSON Lines). \`polyglot convert\` makes such a file of it.`,
	);
}

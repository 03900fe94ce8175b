/** From a span of decoded text back to columns of the raw line, through the escapes. */
import { type JsonPath, scanJson } from "./json-scan.ts";

/** Columns of the raw line, UTF-16; `end` is exclusive. */
export interface LineRange {
	readonly start: number;
	readonly end: number;
}

/** The place of every string value, quotes included, by its field such as `messages[1].content`. */
export function fieldRanges(line: string): ReadonlyMap<string, LineRange> {
	const ranges = new Map<string, LineRange>();
	const skipped = line.charCodeAt(0) === byteOrderMark ? 1 : 0;
	// A key that stands twice: the later one wins, as in `JSON.parse`.
	scanJson(line.slice(skipped, searched), (path, start, end) => {
		if (path.length <= maxDepth) ranges.set(fieldName(path), { start: start + skipped, end: end + skipped });
	});
	return ranges;
}

const byteOrderMark = 0xfeff;
/** Fields that begin, or end, beyond are not found: an editor draws no mark there anyway. */
const searched = 1_000_000;

/** Deeper than any known shape; keeps the walk linear on deep nesting. */
const maxDepth = 6;

/** `["messages", 1, "content"]` becomes `messages[1].content`. */
export function fieldName(path: JsonPath): string {
	return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** Columns of the decoded offsets `start` to `end` of the string at `field`. */
export function rawRange(line: string, field: LineRange, start: number, end: number): LineRange {
	const first = rawColumn(line, field.start + 1, field.end - 1, start);
	return { start: first, end: rawColumn(line, first, field.end - 1, end - start) };
}

/** The column `units` decoded UTF-16 units after column `from`. */
function rawColumn(line: string, from: number, limit: number, units: number): number {
	let column = from;
	for (let left = units; left > 0 && column < limit; left -= 1) {
		column += line[column] !== "\\" ? 1 : line[column + 1] === "u" ? 6 : 2;
	}
	return Math.min(column, limit);
}

/** From a changed text of a sample to the smallest edits of its raw line; everything else stays byte for byte. */
import { fieldRanges, rawRange } from "../sample/locate.ts";
import type { Sample, Turn } from "../sample/sample.ts";

/** Columns of the raw line, UTF-16, `end` exclusive. */
export interface LineEdit {
	readonly start: number;
	readonly end: number;
	readonly newText: string;
}

/**
 * The edits that make `field` say `text`, and with it every other place where the row keeps the same turn, such as
 * `response` beside `messages[1].content`. Empty where nothing changes. In the order of the line.
 */
export function editsOf(line: string, sample: Sample, field: string, text: string): LineEdit[] {
	const turn = sample.turns.find((one) => one.field === field);
	if (!turn || turn.text === text) return [];
	const ranges = fieldRanges(line);
	const edits: LineEdit[] = [];
	for (const place of [field, ...copiesOf(line, turn)]) {
		const range = ranges.get(place);
		if (!range) continue;
		const { start, end, newText } = difference(turn.text, text);
		const columns = rawRange(line, range, start, end);
		const isAscii = isWrittenInAscii(line.slice(range.start, range.end), turn.text);
		edits.push({ ...columns, newText: escaped(newText, isAscii) });
	}
	return edits.sort((a, b) => a.start - b.start);
}

/** The stretch that differs, never cutting a surrogate pair. */
function difference(before: string, after: string): LineEdit {
	let start = 0;
	const shortest = Math.min(before.length, after.length);
	while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
	if (start > 0 && isHigh(before.charCodeAt(start - 1))) start -= 1;
	let tail = 0;
	while (tail < shortest - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
	if (tail > 0 && isLow(before.charCodeAt(before.length - tail))) tail -= 1;
	return { start, end: before.length - tail, newText: after.slice(start, after.length - tail) };
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** Where else rows of the known shapes keep a turn of this role; only where it says the very same. */
function copiesOf(line: string, { role, text, field }: Turn): string[] {
	const row: unknown = JSON.parse(line.replace(/^\ufeff/, ""));
	if (typeof row !== "object" || row === null) return [];
	const single = role === "user" ? ["prompt", "instruction"] : role === "assistant" ? ["response", "output"] : [];
	const names = single.filter((name) => Object.hasOwn(row, name) && Reflect.get(row, name) === text);
	for (const [list, roleKey, textKey] of chats) {
		const turns: unknown = Reflect.get(row, list);
		if (!Array.isArray(turns)) continue;
		for (const [index, turn] of turns.entries()) {
			if (turn?.[textKey] === text && roleNames[role].includes(turn?.[roleKey]))
				names.push(`${list}[${index}].${textKey}`);
		}
	}
	return names.filter((name) => name !== field);
}

const chats = [
	["messages", "role", "content"],
	["conversations", "from", "value"],
] as const;

const roleNames: Readonly<Record<Turn["role"], readonly string[]>> = {
	user: ["user", "human"],
	assistant: ["assistant", "gpt", "model"],
	system: ["system"],
	tool: ["tool"],
};

/** Files written with `ensure_ascii` stay so. */
function isWrittenInAscii(raw: string, text: string): boolean {
	return /[^\0-\x7f]/.test(text) && !/[^\0-\x7f]/.test(raw);
}

function escaped(text: string, isAscii: boolean): string {
	const body = JSON.stringify(text).slice(1, -1);
	if (!isAscii) return body;
	return body.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Walks JSON text without recursion: says exactly where it breaks, and where each string value stands. */

/** Keys and indexes from the outermost container inwards. */
export type JsonPath = readonly (string | number)[];

export interface JsonFault {
	/** UTF-16 offset of the first character that cannot be; the text's length where the text ends too soon. */
	readonly offset: number;
	readonly message: string;
}

/** Receives a string value's place, quotes included; `end` is exclusive. The path is only valid during the call. */
export type OnString = (path: JsonPath, start: number, end: number) => void;

interface Cursor {
	readonly text: string;
	at: number;
	/** One entry a container that is open: the current key or index. */
	readonly path: (string | number)[];
	/** Offset where each open container starts. */
	readonly opened: number[];
}

type Step = "value" | "value-or-end" | "key" | "key-or-end" | "separator";

/** The first fault, or undefined where the text is JSON. Agrees with `JSON.parse` on what is JSON. */
export function scanJson(text: string, onString: OnString = () => {}): JsonFault | undefined {
	const cursor: Cursor = { text, at: 0, path: [], opened: [] };
	let step: Step = "value";
	try {
		do {
			skipSpace(cursor);
			step = advance(cursor, step, onString);
		} while (cursor.opened.length > 0);
		skipSpace(cursor);
		if (cursor.at < text.length) fail(cursor, `The line goes on after its JSON value with ${found(cursor)}.`);
		return undefined;
	} catch (fault) {
		if (fault instanceof Fault) return { offset: fault.offset, message: fault.message };
		throw fault;
	}
}

/** Thrown and caught inside this file only: the quickest way out of the walk. */
class Fault extends Error {
	readonly offset: number;
	constructor(offset: number, message: string) {
		super(message);
		this.offset = offset;
	}
}

function advance(cursor: Cursor, step: Step, onString: OnString): Step {
	switch (step) {
		case "value-or-end":
			return cursor.text[cursor.at] === "]" ? close(cursor) : readValue(cursor, onString);
		case "value":
			return readValue(cursor, onString);
		case "key-or-end":
			return cursor.text[cursor.at] === "}" ? close(cursor) : readKey(cursor);
		case "key":
			return readKey(cursor);
		case "separator":
			return readSeparator(cursor);
	}
}

function readValue(cursor: Cursor, onString: OnString): Step {
	const start = cursor.at;
	switch (cursor.text[start]) {
		case "{":
			return open(cursor, "", "key-or-end");
		case "[":
			return open(cursor, 0, "value-or-end");
		case '"':
			skipString(cursor);
			onString(cursor.path, start, cursor.at);
			return "separator";
		case "t":
			return skipWord(cursor, "true");
		case "f":
			return skipWord(cursor, "false");
		case "n":
			return skipWord(cursor, "null");
		default:
			return skipNumber(cursor);
	}
}

function open(cursor: Cursor, first: string | number, next: Step): Step {
	cursor.opened.push(cursor.at);
	cursor.path.push(first);
	cursor.at += 1;
	return next;
}

function close(cursor: Cursor): Step {
	cursor.at += 1;
	cursor.opened.pop();
	cursor.path.pop();
	return "separator";
}

function readKey(cursor: Cursor): Step {
	const start = cursor.at;
	if (cursor.text[start] !== '"') fail(cursor, `Expected a field name in double quotes, found ${found(cursor)}.`);
	skipString(cursor);
	const raw = cursor.text.slice(start, cursor.at);
	cursor.path[cursor.path.length - 1] = raw.includes("\\") ? String(JSON.parse(raw)) : raw.slice(1, -1);
	skipSpace(cursor);
	if (cursor.text[cursor.at] !== ":") fail(cursor, `Expected ":" after a field name, found ${found(cursor)}.`);
	cursor.at += 1;
	return "value";
}

function readSeparator(cursor: Cursor): Step {
	const last = cursor.path.length - 1;
	const here = cursor.path[last];
	const end = typeof here === "number" ? "]" : "}";
	const mark = cursor.text[cursor.at];
	if (mark === end) return close(cursor);
	if (mark !== ",") fail(cursor, `Expected "," or "${end}" after a value, found ${found(cursor)}.`);
	cursor.at += 1;
	if (typeof here !== "number") return "key";
	cursor.path[last] = here + 1;
	return "value";
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings.
const stringStop = /["\\\u0000-\u001f]/g;
const knownEscape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

function skipString(cursor: Cursor): void {
	for (cursor.at += 1; ; ) {
		stringStop.lastIndex = cursor.at;
		const stop = stringStop.exec(cursor.text);
		cursor.at = stop ? stop.index : cursor.text.length;
		if (!stop) fail(cursor, "The line ends inside a string.");
		if (stop[0] === '"') {
			cursor.at += 1;
			return;
		}
		if (stop[0] !== "\\") fail(cursor, `A string holds the raw control character ${found(cursor)}; write it as \\u….`);
		knownEscape.lastIndex = cursor.at + 1;
		const known = knownEscape.exec(cursor.text);
		if (!known) fail(cursor, "A string holds a backslash that starts no known escape.");
		cursor.at = knownEscape.lastIndex;
	}
}

function skipWord(cursor: Cursor, word: string): Step {
	for (const letter of word) {
		if (cursor.text[cursor.at] !== letter) fail(cursor, `Expected "${word}", found ${found(cursor)}.`);
		cursor.at += 1;
	}
	return "separator";
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function skipNumber(cursor: Cursor): Step {
	number.lastIndex = cursor.at;
	if (!number.test(cursor.text)) fail(cursor, `Expected a JSON value, found ${found(cursor)}.`);
	cursor.at = number.lastIndex;
	return "separator";
}

const space = /[ \t\n\r]*/y;

function skipSpace(cursor: Cursor): void {
	space.lastIndex = cursor.at;
	space.test(cursor.text);
	cursor.at = space.lastIndex;
}

/** What stands at the cursor, in words; a control character by its number. */
function found(cursor: Cursor): string {
	const point = cursor.text.codePointAt(cursor.at);
	if (point === undefined) return openPlace(cursor);
	const isPlain = point > 0x20 && (point < 0x7f || /[\p{L}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(point)));
	if (isPlain && (point < 0xd800 || point > 0xdfff)) return `"${String.fromCodePoint(point)}"`;
	return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

function openPlace(cursor: Cursor): string {
	const opened = cursor.opened.at(-1);
	if (opened === undefined) return "the end of the line";
	return `the end of the line; the "${cursor.text[opened]}" in column ${opened + 1} is never closed`;
}

function fail(cursor: Cursor, message: string): never {
	throw new Fault(cursor.at, message);
}

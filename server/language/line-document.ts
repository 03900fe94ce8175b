/** The text of an open file as its lines, so that a keystroke costs its own line and not a copy of the whole text. */
import type { Position, Range, TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";

/** Lines `first` to `first + removed` gave way to `added` others. */
export interface LineChange {
	readonly first: number;
	readonly removed: number;
	readonly added: number;
}

export class LineDocument implements TextDocument {
	readonly uri: string;
	readonly languageId: string;
	version: number;
	/** With their breaks; the last one has none. */
	#lines: string[];

	constructor(uri: string, languageId: string, version: number, text: string) {
		this.uri = uri;
		this.languageId = languageId;
		this.version = version;
		this.#lines = splitLines(text);
	}

	get lineCount(): number {
		return this.#lines.length;
	}

	/** A line without its break; "" where there is none. */
	line(index: number): string {
		const line = this.#lines[index] ?? "";
		return line.slice(0, line.length - breakLength(line));
	}

	getText(range?: Range): string {
		if (!range) return this.#lines.join("");
		const [start, end] = this.#ordered(range);
		const first = this.#lines[start.line] ?? "";
		if (start.line === end.line) return first.slice(start.character, end.character);
		const between = this.#lines.slice(start.line + 1, end.line).join("");
		return first.slice(start.character) + between + (this.#lines[end.line] ?? "").slice(0, end.character);
	}

	positionAt(offset: number): Position {
		let left = Math.max(0, offset);
		for (const [line, { length }] of this.#lines.entries()) {
			const isLast = line === this.#lines.length - 1;
			if (left < length || isLast) return this.#clamped({ line, character: left });
			left -= length;
		}
		return { line: 0, character: 0 };
	}

	offsetAt(position: Position): number {
		const { line, character } = this.#clamped(position);
		let offset = character;
		for (let before = 0; before < line; before += 1) offset += this.#lines[before]?.length ?? 0;
		return offset;
	}

	getLineRange(line: number): Range {
		const start = { line: Math.min(Math.max(0, line), this.#lines.length - 1), character: 0 };
		return { start, end: { line: start.line, character: line < 0 ? 0 : this.line(start.line).length } };
	}

	getEOLCharacters(line: number): string {
		const text = this.#lines[line] ?? "";
		return text.slice(text.length - breakLength(text));
	}

	/** Applies one edit; says which lines it concerns. */
	update(change: TextDocumentContentChangeEvent, version: number): LineChange {
		this.version = version;
		if (!("range" in change)) {
			const removed = this.#lines.length;
			this.#lines = splitLines(change.text);
			return { first: 0, removed, added: this.#lines.length };
		}
		const [start, end] = this.#ordered(change.range);
		const head = (this.#lines[start.line] ?? "").slice(0, start.character);
		const tail = (this.#lines[end.line] ?? "").slice(end.character);
		return this.#replace(start.line, end.line, head + change.text + tail);
	}

	/** A carriage return and a newline that meet by an edit are one break, so such a neighbour is cut anew as well. */
	#replace(from: number, to: number, replacement: string): LineChange {
		const before = this.#lines[from - 1];
		const after = this.#lines[to + 1];
		const joinsBefore = before?.endsWith("\r") === true && replacement.startsWith("\n");
		const joinsAfter = after?.startsWith("\n") === true && replacement.endsWith("\r");
		const first = joinsBefore ? from - 1 : from;
		const last = joinsAfter ? to + 1 : to;
		const text = (joinsBefore ? before : "") + replacement + (joinsAfter ? after : "");
		const added = splitLines(text);
		// A break at the end of the text leaves an empty piece, which is a line only at the end of the document.
		if (added.length > 1 && last + 1 < this.#lines.length) added.pop();
		const removed = last - first + 1;
		if (removed === added.length) for (const [at, line] of added.entries()) this.#lines[first + at] = line;
		else this.#lines = this.#lines.slice(0, first).concat(added, this.#lines.slice(last + 1));
		return { first, removed, added: added.length };
	}

	#ordered({ start, end }: Range): [Position, Position] {
		const [one, other] = [this.#clamped(start), this.#clamped(end)];
		const isBackwards = one.line > other.line || (one.line === other.line && one.character > other.character);
		return isBackwards ? [other, one] : [one, other];
	}

	/** A place in the document: no line but one of its own, no column beyond the line's text. */
	#clamped({ line, character }: Position): Position {
		if (line < 0) return { line: 0, character: 0 };
		const last = this.#lines.length - 1;
		if (line > last) return { line: last, character: (this.#lines[last] ?? "").length };
		const text = this.#lines[line] ?? "";
		return { line, character: Math.min(Math.max(0, character), text.length - breakLength(text)) };
	}
}

function breakLength(line: string): number {
	if (line.endsWith("\r\n")) return 2;
	return line.endsWith("\n") || line.endsWith("\r") ? 1 : 0;
}

/** Each with its break; the last piece has none and may be empty. */
function splitLines(text: string): string[] {
	const lines: string[] = [];
	let start = 0;
	// Looked for apart, as most texts hold no carriage return at all.
	let nextReturn = text.indexOf("\r");
	for (;;) {
		const newline = text.indexOf("\n", start);
		if (nextReturn !== -1 && nextReturn < start) nextReturn = text.indexOf("\r", start);
		const isReturn = nextReturn !== -1 && (newline === -1 || nextReturn < newline);
		const at = isReturn ? nextReturn : newline;
		if (at === -1) break;
		const end = isReturn && newline === at + 1 ? at + 2 : at + 1;
		lines.push(text.slice(start, end));
		start = end;
	}
	lines.push(text.slice(start));
	return lines;
}

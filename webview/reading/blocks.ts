/** A text cut into what is drawn: blocks of prose and code, their lines, and pieces that are marked or invisible. */
import { type Invisible, invisibleCharacters } from "./invisible.ts";

export interface Span {
	readonly start: number;
	readonly end: number;
}

/** A stretch of one line; the pieces of all lines, with their breaks, are the text. */
export interface Piece {
	readonly text: string;
	/** Indexes of the spans it lies in. */
	readonly marks: readonly number[];
	readonly invisible: Invisible | null;
}

export interface Line {
	/** Without its break. */
	readonly text: string;
	readonly pieces: readonly Piece[];
}

export interface Block {
	readonly kind: "prose" | "code";
	readonly lines: readonly Line[];
}

/** Cuts the text; spans beyond it are clipped. Linear in the text but for its spans, of which a sample has few. */
export function blocksOf(text: string, spans: readonly Span[]): Block[] {
	const blocks: { kind: Block["kind"]; lines: Line[] }[] = [];
	const cuts = cutter(text, spans);
	let fence: string | null = null;
	for (const { start, end } of lineSpans(text)) {
		const mark = fenceMark(text.slice(start, Math.min(end, start + 40)));
		const isCode: boolean = fence !== null || mark !== null;
		if (fence === null) fence = mark;
		else if (mark?.startsWith(fence)) fence = null;
		const kind = isCode ? "code" : "prose";
		const line = { text: text.slice(start, end), pieces: cuts(start, end) };
		const last = blocks.at(-1);
		// A fence that opens right below one that closed belongs to a block of its own, but looks the same.
		if (last?.kind === kind) last.lines.push(line);
		else blocks.push({ kind, lines: [line] });
	}
	return blocks;
}

/** Each line without its break, which is \n or \r\n. */
function* lineSpans(text: string): Generator<Span> {
	for (let start = 0; start <= text.length; ) {
		const at = text.indexOf("\n", start);
		if (at === -1) {
			yield { start, end: text.length };
			return;
		}
		yield { start, end: text[at - 1] === "\r" && at > start ? at - 1 : at };
		start = at + 1;
	}
}

/** Three or more backticks or tildes at the start of a line open a block of code; as many close it. */
function fenceMark(line: string): string | null {
	return /^ {0,8}(?:[-*>] {1,4})?(`{3,20}|~{3,20})/.exec(line)?.[1] ?? null;
}

/** Cuts stretches of the text in their order: at the edges of spans, and around what is invisible. */
function cutter(text: string, spans: readonly Span[]): (start: number, end: number) => Piece[] {
	const invisible = invisibleCharacters(text);
	const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
	let nextInvisible = 0;
	let nextEdge = 0;
	return (start, end) => {
		const pieces: Piece[] = [];
		for (let at = start; at < end; ) {
			while ((invisible[nextInvisible]?.end ?? Infinity) <= at) nextInvisible += 1;
			while ((edges[nextEdge] ?? Infinity) <= at) nextEdge += 1;
			const hidden = invisible[nextInvisible];
			const isHidden = hidden !== undefined && hidden.start === at;
			const stop = isHidden ? hidden.end : Math.min(end, hidden?.start ?? end, edges[nextEdge] ?? end);
			pieces.push({
				text: text.slice(at, stop),
				marks: spans.flatMap((span, index) => (span.start < stop && span.end > at ? [index] : [])),
				invisible: isHidden ? hidden : null,
			});
			at = stop;
		}
		return pieces;
	};
}

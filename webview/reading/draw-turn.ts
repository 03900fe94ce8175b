/** One turn of a chat as it is meant to be read: direction and fonts of its language, code apart, nothing interpreted. */

import { element } from "../shared/element.ts";
import { type Block, blocksOf, type Line, type Piece, type Span } from "./blocks.ts";
import { cut, visibleLine } from "./invisible.ts";
import type { ReadingMark, ReadingTurn } from "./reading.ts";
import { type Direction, paragraphDirection, writingOf } from "./writing.ts";

/** Characters drawn at first; a press shows more. A thousand screens of text at once would block the panel. */
const charactersAtFirst = 20_000;

const roleNames: Readonly<Record<ReadingTurn["role"], string>> = {
	system: "System",
	user: "User",
	assistant: "Assistant",
	tool: "Tool",
};

export function turnElement(turn: ReadingTurn, marks: readonly ReadingMark[]): HTMLElement {
	const section = element("section", `turn ${turn.role}`);
	const writing = writingOf(turn.text, turn.language);
	const heading = element("p", "role", roleNames[turn.role]);
	const language = element("span", "language", visibleLine(turn.language ?? "", 40));
	language.hidden = turn.language === null;
	heading.append(language);
	section.append(heading, ...noteList(marks.filter((mark) => !isInside(mark, turn.text))));
	const body = element("div", "text");
	body.lang = writing.tag;
	body.dir = writing.direction;
	body.dataset.script = writing.script;
	body.dataset.field = turn.field;
	section.append(body);
	const inside = marks.filter((mark): mark is Placed => isInside(mark, turn.text));
	drawText(body, turn.text, inside, writing.direction, charactersAtFirst);
	return section;
}

type Placed = ReadingMark & Span;

/** Underlining a whole turn says nothing; such a finding stands above it. */
function isInside(mark: ReadingMark, text: string): mark is Placed {
	const { start, end } = mark;
	return start !== null && end !== null && end > start && start < text.length && (start > 0 || end < text.length);
}

function noteList(marks: readonly ReadingMark[]): HTMLElement[] {
	if (marks.length === 0) return [];
	const list = element("ul", "notes");
	list.append(...marks.map(({ message }) => element("li", "", message)));
	return [list];
}

function drawText(
	body: HTMLElement,
	text: string,
	marks: readonly Placed[],
	direction: Direction,
	shown: number,
): void {
	const head = text.length > shown ? cut(text, shown) : text;
	const seen = new Set<number>();
	const blocks = blocksOf(head, marks).map((block) => blockElement(block, marks, direction, seen));
	if (text === "") blocks.push(element("p", "empty", "(empty)"));
	body.replaceChildren(...blocks);
	if (head === text) return;
	const left = text.length - head.length;
	const more = element("button", "more", `Show more (${left.toLocaleString("en")} characters left)`);
	more.setAttribute("type", "button");
	more.addEventListener("click", () => drawText(body, text, marks, direction, shown * 5));
	body.append(more);
}

function blockElement(block: Block, marks: readonly Placed[], direction: Direction, seen: Set<number>): HTMLElement {
	const holder = element(block.kind === "code" ? "pre" : "div", block.kind);
	// Code runs from left to right in every language.
	if (block.kind === "code") holder.dir = "ltr";
	for (const [index, line] of block.lines.entries()) {
		const row = element("div", "line");
		if (block.kind === "prose") row.dir = paragraphDirection(line.text, direction);
		row.append(...piecesOf(line, marks, seen));
		// An empty line is as high as any other.
		if (line.text === "") row.append(document.createElement("br"));
		if (index > 0 || line.text !== "" || block.lines.length > 1) holder.append(row);
	}
	return holder;
}

function piecesOf({ pieces }: Line, marks: readonly Placed[], seen: Set<number>): Node[] {
	return pieces.map((piece) => {
		const node = piece.invisible === null ? document.createTextNode(piece.text) : tokenElement(piece);
		return piece.marks.length === 0 ? node : markElement(node, piece.marks, marks, seen);
	});
}

/** Shows what is not seen. The character itself stays in the text, shut in, so that it is copied and changes nothing. */
function tokenElement({ text, invisible }: Piece): HTMLElement {
	const token = element("span", invisible?.isReordering ? "invisible reordering" : "invisible", text);
	token.dataset.sign = invisible?.sign ?? "";
	token.dataset.tip = invisible?.name ?? "";
	token.setAttribute("role", "img");
	token.setAttribute("aria-label", invisible?.name ?? "");
	return token;
}

/** The message shows under the pointer and, at the finding's first piece, under the focus. */
function markElement(
	inner: Node,
	indexes: readonly number[],
	marks: readonly Placed[],
	seen: Set<number>,
): HTMLElement {
	const mark = element("mark", "finding");
	const message = indexes.map((index) => marks[index]?.message ?? "").join("\n");
	mark.dataset.tip = message;
	if (indexes.some((index) => !seen.has(index))) {
		mark.tabIndex = 0;
		mark.setAttribute("aria-description", message);
	}
	for (const index of indexes) seen.add(index);
	mark.append(inner);
	return mark;
}

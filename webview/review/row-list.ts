/** The list of samples: only the rows on screen exist, and only they are asked for. A listbox with one tab stop. */
import type { ReviewRow } from "../../server/core/review/messages.ts";
import { rowElement, rowHeight } from "./row.ts";
import { scrollFor, windowAt } from "./row-window.ts";

/** Rows are asked for in blocks, so that scrolling by one asks for nothing. */
const blockSize = 64;
/** Blocks kept; the oldest are forgotten. */
const mostBlocks = 40;

export interface RowListEvents {
	/** Rows that are on screen and not known. */
	readonly ask: (from: number, count: number) => void;
	readonly choose: (position: number) => void;
}

export class RowList {
	readonly element: HTMLElement;
	readonly #content: HTMLElement;
	readonly #rows: HTMLElement;
	readonly #events: RowListEvents;
	readonly #blocks = new Map<number, readonly ReviewRow[]>();
	/** As of before the last change; shown where the new rows are not there yet. */
	readonly #stale = new Map<number, readonly ReviewRow[]>();
	readonly #asked = new Set<number>();
	#count = 0;
	#current: number | null = null;
	#isDrawing = false;

	constructor(holder: HTMLElement, events: RowListEvents) {
		this.#events = events;
		this.element = holder;
		holder.classList.add("rows");
		holder.tabIndex = 0;
		holder.setAttribute("role", "listbox");
		holder.setAttribute("aria-label", "Samples");
		this.#content = holder.appendChild(document.createElement("div"));
		this.#content.className = "content";
		this.#content.setAttribute("role", "presentation");
		this.#rows = this.#content.appendChild(document.createElement("div"));
		this.#rows.className = "window";
		this.#rows.setAttribute("role", "presentation");
		holder.addEventListener("scroll", () => this.#drawSoon(), { passive: true });
		holder.addEventListener("keydown", (event) => this.#press(event));
		holder.addEventListener("click", ({ target }) => {
			const row = target instanceof Element ? target.closest<HTMLElement>("[data-position]") : null;
			if (row) this.#events.choose(Number(row.dataset.position));
		});
		new ResizeObserver(() => this.#drawSoon()).observe(holder);
	}

	get count(): number {
		return this.#count;
	}

	/** The list is another one: what was known of its rows no longer holds. */
	reset(count: number): void {
		this.#count = count;
		this.#blocks.clear();
		this.#stale.clear();
		this.#asked.clear();
		this.#drawSoon();
	}

	/** The list is read anew: old rows stay on screen until the new ones are there. */
	refresh(count: number): void {
		this.#count = count;
		for (const [block, rows] of this.#blocks) this.#stale.set(block, rows);
		this.#blocks.clear();
		this.#asked.clear();
		this.#drawSoon();
	}

	fill(from: number, rows: readonly ReviewRow[]): void {
		const block = Math.floor(from / blockSize);
		this.#stale.delete(block);
		this.#blocks.delete(block);
		this.#blocks.set(block, rows);
		for (const old of this.#blocks.keys()) {
			if (this.#blocks.size <= mostBlocks) break;
			this.#blocks.delete(old);
			this.#asked.delete(old);
		}
		this.#drawSoon();
	}

	row(position: number): ReviewRow | undefined {
		const block = Math.floor(position / blockSize);
		return (this.#blocks.get(block) ?? this.#stale.get(block))?.[position % blockSize];
	}

	/** Marks the row as the chosen one and brings it into view; null marks none. */
	mark(position: number | null): void {
		this.#current = position;
		if (position !== null) {
			const { scrollTop, clientHeight } = this.element;
			const target = scrollFor(position, scrollTop, clientHeight, this.#count, rowHeight);
			if (target !== null) this.element.scrollTop = target;
		}
		this.#drawSoon();
	}

	#window() {
		return windowAt(this.element.scrollTop, this.element.clientHeight, this.#count, rowHeight);
	}

	/** Once a frame at most, however often it is called. */
	#drawSoon(): void {
		if (this.#isDrawing) return;
		this.#isDrawing = true;
		requestAnimationFrame(() => {
			this.#isDrawing = false;
			this.#draw();
		});
	}

	#draw(): void {
		// The height first: where the list shrank, it decides how far the browser lets it be scrolled.
		this.#content.style.height = `${this.#window().height}px`;
		const { first, count, top } = this.#window();
		this.#rows.style.transform = `translateY(${top}px)`;
		for (const block of blocksIn(first, count)) if (!this.#blocks.has(block)) this.#ask(block);
		const drawn = Array.from({ length: count }, (_, index) => {
			const position = first + index;
			return rowElement(this.row(position), position, this.#count, position === this.#current);
		});
		this.#rows.replaceChildren(...drawn);
		const active = drawn.find((row) => row.getAttribute("aria-selected") === "true");
		if (active) this.element.setAttribute("aria-activedescendant", active.id);
		else this.element.removeAttribute("aria-activedescendant");
	}

	#ask(block: number): void {
		if (this.#asked.has(block)) return;
		this.#asked.add(block);
		this.#events.ask(block * blockSize, blockSize);
	}

	#press(event: KeyboardEvent): void {
		const page = Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 1);
		const from = this.#current ?? -1;
		const targets: Readonly<Record<string, number>> = {
			ArrowDown: from + 1,
			ArrowUp: from - 1,
			PageDown: from + page,
			PageUp: from - page,
			Home: 0,
			End: this.#count - 1,
		};
		const target = targets[event.key];
		if (target === undefined || this.#count === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
		event.preventDefault();
		this.#events.choose(Math.max(0, Math.min(this.#count - 1, target)));
	}
}

function blocksIn(first: number, count: number): number[] {
	if (count === 0) return [];
	const start = Math.floor(first / blockSize);
	const end = Math.floor((first + count - 1) / blockSize);
	return Array.from({ length: end - start + 1 }, (_, index) => start + index);
}

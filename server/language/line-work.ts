/** Which lines of an open file are still to be read, and in which order. */
import type { Depth } from "../core/annotate.ts";
import type { LineState } from "./line-state.ts";

/** Lines given to a thread together. */
export interface Work {
	readonly states: readonly LineState[];
	readonly texts: readonly string[];
	readonly depth: Depth;
}

/** Some ten milliseconds of a thread's work, so that what is wanted next waits no longer. */
const mostLines = 400;
const mostCharacters = 32_000;
/** Fewer lines are read in full at once: a first look at all before would only make that later. */
const leastForFirstLook = 500;

export class LineWork {
	/** The lines the user looks at; the end does not belong to them. */
	wanted = { from: 0, to: 60 };
	/** Lines that are not read in full. */
	left: number;
	/** Whether long lines are left to threads. */
	readonly #leavesLong: boolean;
	#lines: readonly LineState[];
	/** Every line before it is asked for, or read, that deep. */
	readonly #cursors: Record<Depth | "read", number> = { first: 0, all: 0, read: 0 };
	/** Lines nobody has looked at or was asked to. */
	#untouched: number;

	constructor(lines: readonly LineState[], leavesLong: boolean) {
		this.#leavesLong = leavesLong;
		this.#lines = lines;
		this.left = lines.length;
		this.#untouched = lines.length;
	}

	/** The state's annotation is there. */
	done(state: LineState, depth: Depth): void {
		if (state.asked === "none") this.#untouched -= 1;
		if (depth === "all" && state.depth !== "all") this.left -= 1;
		if (state.asked !== "all") state.asked = depth;
		state.depth = depth;
	}

	/** An edit put `added` in the place of `gone`, from line `first` on. */
	replaced(lines: readonly LineState[], first: number, gone: readonly LineState[], added: readonly LineState[]): void {
		this.#lines = lines;
		for (const state of gone) {
			state.isGone = true;
			if (state.depth !== "all") this.left -= 1;
			if (state.asked === "none") this.#untouched -= 1;
		}
		this.left += added.length;
		this.#untouched += added.length;
		for (const depth of ["first", "all", "read"] as const) this.#cursors[depth] = Math.min(this.#cursors[depth], first);
	}

	/** The next line to be read in full here, -1 where all are, or are left to threads. */
	nextUnread(): number {
		const wanted = this.nextWanted();
		if (wanted !== -1) return wanted;
		while (this.#cursors.read < this.#lines.length && !this.#isForHere(this.#cursors.read)) this.#cursors.read += 1;
		return this.#cursors.read < this.#lines.length ? this.#cursors.read : -1;
	}

	/** As `nextUnread`, among the lines the user looks at. */
	nextWanted(): number {
		if (this.left === 0) return -1;
		const end = Math.min(this.wanted.to, this.#lines.length);
		for (let line = this.wanted.from; line < end; line += 1) if (this.#isForHere(line)) return line;
		return -1;
	}

	#isForHere(line: number): boolean {
		const state = this.#lines[line];
		return state !== undefined && state.depth !== "all" && !(state.isLong && this.#leavesLong);
	}

	/** The next lines nobody reads: those the user looks at in full, then a first look at all, then all in full. */
	take(text: (line: number) => string): Work | undefined {
		const end = Math.min(this.wanted.to, this.#lines.length);
		const wanted = this.#collect("all", this.wanted.from, end, text);
		if (wanted) return wanted.work;
		const depth = this.#untouched >= leastForFirstLook || this.#cursors.first > 0 ? "first" : "all";
		return (depth === "first" ? this.#takeFrom("first", text) : undefined) ?? this.#takeFrom("all", text);
	}

	#takeFrom(depth: Depth, text: (line: number) => string): Work | undefined {
		const found = this.#collect(depth, this.#cursors[depth], this.#lines.length, text);
		this.#cursors[depth] = found?.next ?? this.#lines.length;
		return found?.work;
	}

	#collect(depth: Depth, from: number, to: number, text: (line: number) => string) {
		const states: LineState[] = [];
		const texts: string[] = [];
		let characters = 0;
		let line = from;
		for (; line < to && states.length < mostLines && characters < mostCharacters; line += 1) {
			const state = this.#lines[line];
			if (!state || state.asked === "all" || state.asked === depth) continue;
			if (state.asked === "none") this.#untouched -= 1;
			state.asked = depth;
			states.push(state);
			const found = text(line);
			texts.push(found);
			characters += found.length;
		}
		return states.length === 0 ? undefined : { work: { states, texts, depth }, next: line };
	}
}

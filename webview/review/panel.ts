/** The review panel: a list, a sample to read, what was found in it. The engine holds everything it shows. */
import {
	everySample,
	type ReviewFilter,
	type ReviewOverview,
	type ReviewSample,
} from "../../server/core/review/messages.ts";
import { type ReviewAsk, ReviewTell, ReviewView } from "../../server/core/review/panel-protocol.ts";
import type { Memory } from "../memory.ts";
import { buildFrame, type Frame } from "./frame.ts";
import { showHelp } from "./help.ts";
import { type Action, actionOf } from "./keys.ts";
import { titleOf } from "./sample-pane.ts";
import { spokenFindings } from "./sample-reading.ts";

const panels = new WeakMap<HTMLElement, ReviewPanel>();

/** Takes one message of the host. Throws when it is not for this panel. */
export function drawReview(root: HTMLElement, message: unknown, post: (ask: ReviewAsk) => void, memory: Memory): void {
	const told = ReviewTell.parse(message);
	const panel = panels.get(root) ?? new ReviewPanel(root, post, memory);
	panels.set(root, panel);
	panel.receive(told);
}

type Tells = { readonly [T in ReviewTell["type"]]: (told: Extract<ReviewTell, { type: T }>) => void };

/** A sample counts as seen when it was shown this long. */
const seenAfterMs = 400;

class ReviewPanel {
	readonly #post: (ask: ReviewAsk) => void;
	readonly #memory: Memory;
	readonly #root: HTMLElement;
	readonly #frame: Frame;
	#uri = "";
	#view: ReviewView = { filter: everySample, line: null, isComparing: false, showsFilters: false };
	#overview: ReviewOverview | null = null;
	/** Raised with every filter, so that an answer to an earlier one is told apart. */
	#listNumber = 0;
	#isNewList = true;
	/** Place of the chosen line in the list, or where it was when it left it. */
	#position: number | null = null;
	/** A place that was chosen before its row was there. */
	#awaited: number | null = null;
	#sample: ReviewSample | null = null;
	readonly #siblings = new Map<number, ReviewSample>();
	#isEditing = false;
	#seenTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(root: HTMLElement, post: (ask: ReviewAsk) => void, memory: Memory) {
		this.#root = root;
		this.#post = post;
		this.#memory = memory;
		this.#frame = buildFrame(root, {
			act: (action, key = "") => this.#actions[action](key),
			drop: () => post({ type: "dropRejected" }),
			filter: (change) => this.#filter(change),
			askRows: (from, count) => post({ type: "rows", list: this.#listNumber, filter: this.#view.filter, from, count }),
			chooseAt: (position) => this.#chooseAt(position),
			choose: (line) => this.#select(line),
			save: (changes) => this.#save(changes),
			cancelEdit: () => this.#endEdit(),
			explain: (code) => post({ type: "explain", code }),
		});
		this.#frame.pane.empty("Reading the file …");
		document.addEventListener("keydown", (event) => this.#press(event));
	}

	receive(told: ReviewTell): void {
		(this.#tells[told.type] as (told: ReviewTell) => void)(told);
	}

	readonly #tells: Tells = {
		open: (told) => this.#open(told),
		overview: ({ list, overview }) => list === this.#listNumber && this.#take(overview),
		rows: ({ list, from, rows }) => {
			if (list !== this.#listNumber) return;
			this.#frame.list.fill(from, rows);
			const awaited = this.#awaited ?? (this.#view.line === null ? 0 : null);
			if (awaited !== null && rows[awaited - from]) this.#chooseAt(awaited);
		},
		sample: ({ sample }) => this.#takeSample(sample),
		moved: ({ place, wanted }) => {
			if (place) this.#select(place.line, place.position);
			else this.#frame.announcer.show(`No further ${wanted} sample in this list.`);
		},
		decided: ({ isDecided }) => isDecided || this.#frame.announcer.show("Nothing was decided."),
		rated: ({ isRated }) => {
			if (!isRated) this.#frame.announcer.show("Nothing was rated.");
			else if (this.#view.line !== null) this.#post({ type: "sample", line: this.#view.line });
		},
		undone: ({ place }) => {
			if (!place) this.#frame.announcer.show("There is no decision or rating of this session left to undo.");
			else if (place.line !== null) this.#select(place.line);
		},
		edited: ({ isApplied }) => {
			if (isApplied) this.#endEdit();
			this.#frame.announcer.show(
				isApplied
					? "Written into the file; undo in the text editor takes it back."
					: "The editor did not take the change; try again.",
			);
		},
		dropped: ({ dropped }) =>
			this.#frame.announcer.show(`${dropped} samples dropped; undo in the text editor brings them back.`),
		changed: () => this.#askAgain(),
		failed: ({ message }) => this.#frame.announcer.show(message),
	};

	readonly #actions: Readonly<Record<Action, (key: string) => void>> = {
		next: () => this.#chooseAt((this.#position ?? -1) + 1),
		previous: () => this.#chooseAt((this.#position ?? 1) - 1),
		"next-weak": () => this.#askNext("weak"),
		"next-unseen": () => this.#askNext("unseen"),
		accept: () => this.#decide("accepted"),
		reject: () => this.#decide("rejected"),
		clear: () => this.#decide("cleared"),
		rate: (key) => this.#rate(Number(key)),
		unrate: () => this.#rate(null),
		undo: () => this.#post({ type: "undo" }),
		compare: () => this.#toggleCompare(),
		edit: () => this.#toggleEdit(),
		filters: () => {
			this.#change({ showsFilters: !this.#view.showsFilters });
			if (this.#view.showsFilters) {
				this.#frame.drawer.focus();
				this.#askOverview();
			} else this.#frame.list.element.focus();
		},
		"reset-filters": () => this.#filter(everySample),
		reveal: () => this.#view.line !== null && this.#post({ type: "reveal", line: this.#view.line }),
		help: () => showHelp(this.#root),
	};

	#open({ uri, line, filter }: Extract<ReviewTell, { type: "open" }>): void {
		const kept = this.#uri === "" ? ReviewView.safeParse(this.#memory.recall()) : undefined;
		if (kept?.success) this.#view = kept.data;
		this.#uri = uri;
		if (filter) this.#view = { ...this.#view, filter };
		if (line !== null) this.#view = { ...this.#view, line };
		this.#newList();
		if (this.#view.line !== null) this.#post({ type: "sample", line: this.#view.line });
		this.#change({});
		this.#frame.list.element.focus();
	}

	#take(overview: ReviewOverview): void {
		this.#overview = overview;
		const isMoved = this.#isNewList || overview.position !== this.#position;
		if (this.#isNewList) this.#frame.list.reset(overview.matched);
		else this.#frame.list.refresh(overview.matched);
		this.#isNewList = false;
		if (overview.position !== null) this.#position = overview.position;
		if (isMoved) this.#frame.list.mark(overview.position);
		this.#drawAround();
		if (this.#sample === null && overview.matched === 0)
			this.#frame.pane.empty(overview.share < 1 ? "Reading the file …" : "These filters leave no sample.");
	}

	#takeSample(sample: ReviewSample): void {
		this.#siblings.set(sample.line, sample);
		const isNew = this.#sample?.line !== sample.line || this.#sample.key !== sample.key;
		if (sample.line === this.#view.line) this.#sample = sample;
		this.#drawSample();
		if (!isNew || sample.line !== this.#view.line) return;
		this.#frame.announcer.tell(`${titleOf(sample)}. ${spokenFindings(sample)}`);
		clearTimeout(this.#seenTimer);
		const { key } = sample;
		if (!sample.isSeen && key !== null)
			this.#seenTimer = setTimeout(() => this.#post({ type: "seen", key }), seenAfterMs);
		this.#askSiblings();
	}

	/** Shows the sample of this line; `position` is its place in the list, where it is known. */
	#select(line: number, position?: number): void {
		if (this.#view.line !== line) this.#isEditing = false;
		clearTimeout(this.#seenTimer);
		this.#change({ line });
		this.#post({ type: "sample", line });
		if (position === undefined) this.#askOverview();
		else {
			this.#position = position;
			this.#frame.list.mark(position);
		}
	}

	/** A row that is not there yet is brought into view, and chosen when it comes. */
	#chooseAt(wanted: number): void {
		const position = Math.max(0, Math.min(this.#frame.list.count - 1, wanted));
		const row = this.#frame.list.row(position);
		this.#awaited = row || this.#frame.list.count === 0 ? null : position;
		if (row) this.#select(row.line, position);
		else if (this.#awaited !== null) {
			this.#position = position;
			this.#frame.list.mark(position);
		}
	}

	#press(event: KeyboardEvent): void {
		const { target } = event;
		if (target instanceof Element && target.closest("input, textarea, select, dialog")) return;
		const action = actionOf(event);
		if (!action) return;
		event.preventDefault();
		this.#actions[action](event.key);
	}

	/** Of the chosen sample, once it is here; says so where there is none. */
	#keyToWrite(): number | null {
		const key = this.#sample?.line === this.#view.line ? (this.#sample?.key ?? null) : null;
		if (key === null) this.#frame.announcer.show("This line holds no sample to decide about.");
		return key;
	}

	#rate(rating: number | null): void {
		const key = this.#keyToWrite();
		if (key === null) return;
		this.#post({ type: "rate", key, rating });
		const name = `Line ${(this.#view.line ?? 0) + 1}`;
		this.#frame.announcer.show(rating === null ? `${name}: rating taken back.` : `${name} rated ${rating} of 5.`);
	}

	/** The next place is asked for first: once decided, the sample may have left the list. */
	#decide(decision: "accepted" | "rejected" | "cleared"): void {
		const { line } = this.#view;
		const key = this.#keyToWrite();
		if (key === null) return;
		if (decision !== "cleared") this.#askNext("undecided");
		this.#post({ type: "decide", key, decision });
		this.#frame.announcer.show(`Line ${(line ?? 0) + 1} ${decision}.`);
	}

	#askNext(wanted: "weak" | "unseen" | "undecided"): void {
		this.#post({ type: "next", filter: this.#view.filter, line: this.#view.line, wanted });
	}

	#toggleCompare(): void {
		if (!this.#view.isComparing && this.#sample?.siblings.length === 0) {
			this.#frame.announcer.show("No other answer to this seed or prompt in the file.");
			return;
		}
		this.#isEditing = false;
		this.#change({ isComparing: !this.#view.isComparing });
		this.#askSiblings();
		this.#drawSample();
	}

	#askSiblings(): void {
		if (!this.#view.isComparing) return;
		for (const line of this.#sample?.siblings ?? []) this.#post({ type: "sample", line });
	}

	#toggleEdit(): void {
		const obstacle =
			this.#overview?.readOnly ?? (this.#sample?.key == null ? "This line holds no sample; open it as text." : null);
		if (obstacle !== null) this.#frame.announcer.show(obstacle);
		else if (this.#isEditing) this.#endEdit();
		else {
			this.#isEditing = true;
			this.#drawSample();
		}
	}

	#save(changes: { field: string; text: string }[]): void {
		const { line, key } = this.#sample ?? {};
		if (changes.length === 0) this.#endEdit();
		else if (line !== undefined && key != null) this.#post({ type: "edit", line, key, changes });
	}

	#endEdit(): void {
		this.#isEditing = false;
		this.#drawSample();
		this.#frame.list.element.focus();
	}

	#filter(change: Partial<ReviewFilter>): void {
		this.#change({ filter: { ...this.#view.filter, ...change } });
		this.#newList();
	}

	/** Kept by the editor, so that the panel comes back as it was after a hidden tab or a reload. */
	#change(change: Partial<ReviewView>): void {
		this.#view = { ...this.#view, ...change };
		this.#memory.keep({ uri: this.#uri, ...this.#view });
		this.#drawAround();
	}

	#newList(): void {
		this.#listNumber += 1;
		this.#isNewList = true;
		this.#askOverview();
	}

	#askOverview(): void {
		const { filter, line, showsFilters } = this.#view;
		this.#post({ type: "overview", list: this.#listNumber, filter, line, withMetrics: showsFilters });
	}

	#askAgain(): void {
		this.#askOverview();
		if (this.#view.line !== null) this.#post({ type: "sample", line: this.#view.line });
		this.#askSiblings();
	}

	#drawAround(): void {
		this.#root.classList.toggle("comparing", this.#view.isComparing);
		if (!this.#overview) return;
		this.#frame.header.draw(this.#overview, this.#view.showsFilters);
		this.#frame.drawer.draw(this.#overview, this.#view);
	}

	#drawSample(): void {
		const sample = this.#sample;
		if (!sample) return;
		this.#frame.pane.draw(sample, {
			isEditing: this.#isEditing,
			isComparing: this.#view.isComparing && sample.siblings.length > 0,
			siblings: sample.siblings.map((line) => this.#siblings.get(line) ?? null),
			readOnly: this.#overview?.readOnly ?? null,
		});
		this.#frame.drawFacts(sample);
	}
}

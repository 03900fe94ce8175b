/** The sample under review: what it is, what can be decided, its text to read, edit or compare. */
import type { ReviewSample, TextChange } from "../../server/core/review/messages.ts";
import { drawReading } from "../reading/draw-reading.ts";
import { visibleLine } from "../reading/invisible.ts";
import { button, element } from "../shared/element.ts";
import { drawComparison } from "./compare.ts";
import { drawEditForm } from "./edit-form.ts";
import { type Action, keyOf } from "./keys.ts";
import { RatingButtons } from "./rating-buttons.ts";
import { shortTeacher } from "./row.ts";
import { readingOf } from "./sample-reading.ts";

export interface SamplePaneEvents {
	readonly act: (action: Action, key?: string) => void;
	readonly save: (changes: TextChange[]) => void;
	readonly cancelEdit: () => void;
	readonly choose: (line: number) => void;
}

/** What the pane shows beside the sample itself. */
export interface PaneMode {
	readonly isEditing: boolean;
	readonly isComparing: boolean;
	/** Those of `sample.siblings` that are known. */
	readonly siblings: readonly (ReviewSample | null)[];
	readonly readOnly: string | null;
}

const buttons: readonly { readonly action: Action; readonly label: string }[] = [
	{ action: "accept", label: "Accept" },
	{ action: "reject", label: "Reject" },
	{ action: "undo", label: "Undo" },
	{ action: "edit", label: "Edit" },
	{ action: "compare", label: "Compare teachers" },
	{ action: "reveal", label: "Open line" },
];

export class SamplePane {
	readonly #title: HTMLElement;
	readonly #decision: HTMLElement;
	readonly #buttons = new Map<Action, HTMLButtonElement>();
	readonly #rating: RatingButtons;
	readonly #body: HTMLElement;
	readonly #events: SamplePaneEvents;
	/** The sample whose form is shown, so that redrawing loses nothing that was typed. */
	#editing: string | null = null;

	constructor(holder: HTMLElement, events: SamplePaneEvents) {
		this.#events = events;
		const head = element("div", "sample-head");
		this.#title = head.appendChild(element("h2"));
		this.#decision = head.appendChild(element("p", "decision"));
		const row = head.appendChild(element("div", "buttons"));
		this.#rating = new RatingButtons(events.act);
		for (const { action, label } of buttons) {
			if (action === "undo") row.append(this.#rating.element);
			const made = button(label, () => events.act(action));
			made.append(element("kbd", "", keyOf(action)));
			made.setAttribute("aria-keyshortcuts", keyOf(action));
			this.#buttons.set(action, row.appendChild(made));
		}
		this.#body = element("div", "sample-body");
		holder.append(head, this.#body);
	}

	draw(sample: ReviewSample, mode: PaneMode): void {
		this.#title.textContent = titleOf(sample);
		const { decision, isSeen } = sample;
		this.#decision.textContent = sample.key === null ? "No sample" : (decision ?? (isSeen ? "seen" : "not seen yet"));
		this.#decision.className = `decision ${decision ?? ""}`;
		this.#drawButtons(sample, mode);
		this.#rating.draw(sample);
		if (!mode.isEditing) this.#editing = null;
		if (mode.isEditing) this.#drawForm(sample);
		else if (sample.raw !== null) this.#body.replaceChildren(element("pre", "raw", visibleLine(sample.raw, 4000)));
		else if (mode.isComparing) drawComparison(this.#part("compare"), [sample, ...mode.siblings], this.#events.choose);
		else drawReading(this.#part("read"), readingOf(sample));
	}

	empty(message: string): void {
		this.#title.textContent = "";
		this.#decision.textContent = "";
		this.#editing = null;
		for (const made of this.#buttons.values()) made.disabled = true;
		this.#rating.draw(null);
		this.#body.replaceChildren(element("p", "remark", message));
	}

	#drawForm(sample: ReviewSample): void {
		const shown = `${sample.line} ${sample.key}`;
		if (this.#editing === shown) return;
		this.#editing = shown;
		const { save, cancelEdit: cancel } = this.#events;
		drawEditForm(this.#part("form"), sample, { save, cancel });
	}

	/** The part of this name alone; an element kept keeps its selection. */
	#part(name: string): HTMLElement {
		const known = this.#body.firstElementChild;
		if (known instanceof HTMLElement && known.dataset.part === name) return known;
		const made = element("div");
		made.dataset.part = name;
		this.#body.replaceChildren(made);
		return made;
	}

	#drawButtons({ key, siblings, decision }: ReviewSample, { isEditing, isComparing, readOnly }: PaneMode): void {
		const set = (action: Action, isOff: boolean, isPressed?: boolean) => {
			const made = this.#buttons.get(action);
			if (!made) return;
			made.disabled = isOff;
			if (isPressed !== undefined) made.setAttribute("aria-pressed", `${isPressed}`);
		};
		set("accept", key === null, decision === "accepted");
		set("reject", key === null, decision === "rejected");
		set("undo", false);
		set("edit", key === null || readOnly !== null, isEditing);
		set("compare", siblings.length === 0, isComparing);
		set("reveal", false);
		this.#buttons.get("edit")?.setAttribute("title", readOnly ?? "");
	}
}

/** Such as `#12 · de · respond · gemma-3-27b`. */
export function titleOf({ line, language, strategy, teacher, id }: ReviewSample): string {
	const words = [language, strategy, shortTeacher(teacher), id].filter((word) => word !== null);
	return [`#${line + 1}`, ...words.map((word) => visibleLine(word, 60))].join(" · ");
}

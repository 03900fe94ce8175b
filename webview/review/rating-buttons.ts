/** Five buttons for a rating; the pressed one takes it back. */
import type { ReviewSample } from "../../server/core/review/messages.ts";
import { button, element } from "../shared/element.ts";
import { type Action, shortcuts } from "./keys.ts";

export class RatingButtons {
	readonly element = element("div", "rating");
	readonly #buttons: readonly { readonly key: string; readonly element: HTMLButtonElement }[];

	constructor(act: (action: Action, key?: string) => void) {
		const group = this.element;
		group.setAttribute("role", "group");
		group.setAttribute("aria-label", "Your rating of the response, from 1, worst, to 5, best");
		group.append(element("span", "remark", "Rate"));
		this.#buttons = shortcuts
			.filter(({ action }) => action === "rate")
			.flatMap(({ keys }) => keys)
			.map((key) => {
				const made = button(key, () => (isPressed(made) ? act("unrate") : act("rate", key)));
				made.setAttribute("aria-label", `Rate ${key} of 5`);
				made.setAttribute("aria-keyshortcuts", key);
				return { key, element: group.appendChild(made) };
			});
	}

	/** Null where there is nothing to rate. */
	draw(sample: ReviewSample | null): void {
		for (const { key, element: made } of this.#buttons) {
			made.disabled = sample === null || sample.key === null;
			made.setAttribute("aria-pressed", `${key === String(sample?.rating)}`);
		}
	}
}

function isPressed(made: HTMLButtonElement): boolean {
	return made.getAttribute("aria-pressed") === "true";
}

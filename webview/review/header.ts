/** The file, how far the review is, and what the panel can do. */
import type { ReviewOverview } from "../../server/core/review/messages.ts";
import { visibleLine } from "../reading/invisible.ts";
import { button, element } from "../shared/element.ts";
import { whole } from "../shared/quantities.ts";
import { type Action, keyOf } from "./keys.ts";

export class Header {
	readonly #title: HTMLElement;
	readonly #counts: HTMLElement;
	readonly #bar: HTMLElement;
	readonly #note: HTMLElement;
	readonly #filters: HTMLButtonElement;
	readonly #drop: HTMLButtonElement;

	constructor(holder: HTMLElement, act: (action: Action) => void, drop: () => void) {
		const line = element("div", "title-line");
		this.#title = line.appendChild(element("h1"));
		const buttons = line.appendChild(element("div", "buttons"));
		this.#drop = buttons.appendChild(button("", drop));
		this.#filters = buttons.appendChild(button("Filters", () => act("filters")));
		this.#filters.append(element("kbd", "", keyOf("filters")));
		const help = buttons.appendChild(button("?", () => act("help")));
		help.setAttribute("aria-label", "Shortcuts");
		this.#counts = element("p", "counts");
		this.#bar = element("div", "progress");
		this.#bar.setAttribute("role", "img");
		this.#note = element("p", "note");
		holder.append(line, this.#bar, this.#counts, this.#note);
	}

	draw({ name, counts, share, note, readOnly }: ReviewOverview, showsFilters: boolean): void {
		const { samples, weak, seen, accepted, rejected, left, broken } = counts;
		this.#title.textContent = visibleLine(name, 80);
		const words = [
			`${whole(samples)} ${samples === 1 ? "sample" : "samples"}`,
			`${whole(weak)} weak`,
			`${whole(seen)} seen`,
			`${whole(accepted)} accepted`,
			`${whole(rejected)} rejected`,
			`${whole(left)} left`,
			...(broken > 0 ? [`${whole(broken)} ${broken === 1 ? "line" : "lines"} without a sample`] : []),
		];
		this.#counts.textContent = words.join(" · ");
		this.#drawBar(samples, accepted, rejected);
		const reading = share < 1 ? [`read ${Math.floor(share * 100)} %`] : [];
		this.#note.textContent = [...reading, readOnly, note].filter(Boolean).join(" · ");
		this.#filters.setAttribute("aria-expanded", `${showsFilters}`);
		this.#drop.hidden = rejected === 0 || readOnly !== null;
		this.#drop.textContent = `Drop ${whole(rejected)} rejected from the file`;
	}

	#drawBar(samples: number, accepted: number, rejected: number): void {
		const parts = [
			{ name: "accepted", count: accepted },
			{ name: "rejected", count: rejected },
		];
		this.#bar.setAttribute("aria-label", `${accepted + rejected} of ${samples} decided`);
		this.#bar.replaceChildren(
			...parts.map(({ name, count }) => {
				const part = element("span", name);
				part.style.width = `${samples > 0 ? (100 * count) / samples : 0}%`;
				return part;
			}),
		);
	}
}

/** A row of buttons of which exactly one is pressed, and the labelled group it stands in. */
import { select } from "d3";

export interface Option<T extends string> {
	readonly value: T;
	readonly label: string;
	readonly title?: string;
}

/** Draws, or redraws, the switch in the section; without options it is hidden, not lost. */
export function drawSwitch<T extends string>(
	section: HTMLElement,
	label: string,
	options: readonly Option<T>[],
	current: T,
	pick: (value: T) => void,
): void {
	group(section, label)
		.attr("hidden", options.length === 0 ? "" : null)
		.selectAll<HTMLButtonElement, Option<T>>("button")
		.data([...options])
		.join("button")
		.attr("type", "button")
		.attr("title", ({ title }) => title || null)
		.attr("aria-pressed", ({ value }) => `${value === current}`)
		.text((option) => option.label)
		.on("click", (_event, { value }) => pick(value));
}

/** The labelled group of this name, made where it is missing. */
export function group(section: HTMLElement, label: string) {
	const name = label.toLowerCase().replaceAll(" ", "-");
	let found = section.querySelector<HTMLElement>(`:scope > .group[data-name="${name}"]`);
	if (!found) {
		found = section.ownerDocument.createElement("div");
		found.className = "group";
		found.dataset.name = name;
		found.setAttribute("role", "group");
		found.setAttribute("aria-label", label);
		section.append(found);
	}
	return select(found);
}

/** Switches, chips and lists above the score chart. */
import { select } from "d3";
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, type Quantity, quantities, type Shown } from "./choices.ts";
import { isShown } from "./lines.ts";

interface Option<T extends string> {
	readonly value: T;
	readonly label: string;
	readonly title?: string;
}

export function drawControls(section: HTMLElement, message: ScorePanelMessage, choices: Choices, choose: Choose): void {
	const hasOwn = message.cells.some((cell) => cell.source !== "published");
	const sources: Option<Shown>[] = [
		{ value: "published", label: "Published" },
		{ value: "own", label: "Own", title: hasOwn ? "" : "No own score yet" },
		{ value: "both", label: "Both" },
	];
	const numbers = Object.entries(quantities) as [Quantity, (typeof quantities)[Quantity]][];
	const quantityOptions = numbers.map(([value, { label, explanation }]) => ({ value, label, title: explanation }));
	const views = [
		{ value: "chart", label: "Chart" },
		{ value: "table", label: "Table" },
	] as const;
	drawSwitch(section, "Rows", sources, choices.shown, (shown) => choose({ shown, chosen: null }));
	drawBases(section, message, choices, choose);
	drawSwitch(section, "Number", quantityOptions, choices.quantity, (quantity) => choose({ quantity }));
	drawSwitch(section, "View", views, choices.view, (view) => choose({ view }));
	drawLanguages(section, message, choices, choose);
}

/** A row of buttons of which exactly one is pressed. */
function drawSwitch<T extends string>(
	section: HTMLElement,
	label: string,
	options: readonly Option<T>[],
	current: T,
	pick: (value: T) => void,
): void {
	group(section, label)
		.selectAll<HTMLButtonElement, Option<T>>("button")
		.data([...options])
		.join("button")
		.attr("type", "button")
		.attr("title", ({ title }) => title || null)
		.attr("aria-pressed", ({ value }) => `${value === current}`)
		.text((option) => option.label)
		.on("click", (_event, { value }) => pick(value));
}

/** Language chips, each a toggle; hiding the last one shows all again. */
function drawLanguages(section: HTMLElement, message: ScorePanelMessage, choices: Choices, choose: Choose): void {
	const present = new Set(message.cells.filter((cell) => isShown(cell, choices)).map((cell) => cell.language));
	const toggle = (code: string) => {
		const hidden = new Set(choices.hiddenLanguages);
		if (!hidden.delete(code)) hidden.add(code);
		choose({ hiddenLanguages: [...present].every((one) => hidden.has(one)) ? new Set() : hidden });
	};
	group(section, "Languages")
		.classed("chips", true)
		.selectAll<HTMLButtonElement, ScorePanelMessage["languages"][number]>("button")
		.data(message.languages.filter(({ code }) => present.has(code)))
		.join("button")
		.attr("type", "button")
		.attr("aria-pressed", ({ code }) => `${!choices.hiddenLanguages.has(code)}`)
		.text(({ name }) => name)
		.on("click", (_event, { code }) => toggle(code));
}

function drawBases(section: HTMLElement, message: ScorePanelMessage, choices: Choices, choose: Choose): void {
	const published = new Set(
		message.cells.filter(({ source }) => source === "published").map((cell) => cell.studentBase),
	);
	const holder = group(section, "Student base").attr("hidden", choices.shown === "own" ? "" : null);
	const list = holder.selectAll<HTMLSelectElement, number>("select").data([0]).join("select");
	list.attr("aria-label", "Student base of the published rows");
	list
		.selectAll("option")
		.data(message.studentBases.filter(({ name }) => published.has(name)))
		.join("option")
		.attr("value", ({ name }) => name)
		.property("selected", ({ name }) => name === choices.studentBase)
		.text(({ label }) => label);
	list.on("change", (event: Event) => {
		if (event.target instanceof HTMLSelectElement) choose({ studentBase: event.target.value, chosen: null });
	});
}

/** The labelled group of this name, made where it is missing. */
function group(section: HTMLElement, label: string) {
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

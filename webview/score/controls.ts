/** Switches, chips and lists above the score chart. */
import { select } from "d3";
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, publishedAlpha, type Quantity, quantities, type Shown } from "./choices.ts";
import { isShown } from "./lines.ts";

interface Option<T extends string> {
	readonly value: T;
	readonly label: string;
	readonly title?: string;
}

/** Draws what the chosen panel can be asked; groups of other panels are hidden, not lost. */
export function drawControls(section: HTMLElement, message: ScorePanelMessage, choices: Choices, choose: Choose): void {
	const isScore = choices.tab === "score";
	const hasOwn = message.cells.some((cell) => cell.source !== "published");
	const sources: Option<Shown>[] = [
		{ value: "published", label: "Published" },
		{ value: "own", label: "Own", title: hasOwn ? "" : "No own score yet" },
		{ value: "both", label: "Both" },
	];
	const numbers = Object.entries(quantities) as [Quantity, (typeof quantities)[Quantity]][];
	const quantityOptions = numbers.map(([value, { label, explanation }]) => ({ value, label, title: explanation }));
	const targets = message.analyses.data.predictions.map(({ target }) => ({ value: target, label: target }));
	drawSwitch(section, "Rows", isScore ? sources : [], choices.shown, (shown) => choose({ shown, chosen: null }));
	drawBases(section, message, choices, choose);
	drawSwitch(section, "Number", isScore ? quantityOptions : [], choices.quantity, (quantity) => choose({ quantity }));
	drawSwitch(section, "Target", choices.tab === "data" ? targets : [], choices.target, (target) => choose({ target }));
	drawSwitch(section, "View", views, choices.view, (view) => choose({ view }));
	drawAlpha(section, choices, choose);
	drawLanguages(section, message, choices, choose);
}

const views = [
	{ value: "chart", label: "Chart" },
	{ value: "table", label: "Table" },
] as const;

/** The weight of z in the score, from PGR alone to z alone, in steps of 0.05. */
function drawAlpha(section: HTMLElement, choices: Choices, choose: Choose): void {
	const isShown = choices.tab === "score" && choices.quantity === "pg";
	const holder = group(section, "Weight of z")
		.classed("weight", true)
		.attr("hidden", isShown ? null : "");
	const label = holder.selectAll<HTMLLabelElement, number>("label").data([0]).join("label");
	label.selectAll("span.name").data(["α"]).join("span").attr("class", "name").text(String);
	label
		.selectAll<HTMLInputElement, number>("input")
		.data([0])
		.join("input")
		.attr("type", "range")
		.attr("min", 0)
		.attr("max", 1)
		.attr("step", 0.05)
		.attr("aria-label", "Weight of z in the score, the rest is PGR")
		.property("value", choices.alpha)
		.on("input", (event: Event) => {
			if (event.target instanceof HTMLInputElement) choose({ alpha: event.target.valueAsNumber });
		});
	const text = `${choices.alpha.toFixed(2)}${choices.alpha === publishedAlpha ? " as published" : ""}`;
	label.selectAll("output").data([text]).join("output").text(String);
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
		.attr("hidden", choices.tab === "score" ? null : "")
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
	const isAsked = choices.tab === "teachers" || (choices.tab === "score" && choices.shown !== "own");
	const holder = group(section, "Student base").attr("hidden", isAsked ? null : "");
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

/** Switches, chips and lists above the score chart. */
import type { PopulationKind, ScorePanelMessage, ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { drawSwitch, group, type Option } from "../shared/switch.ts";
import { type Choices, type Choose, publishedAlpha, type Quantity, quantities, type Shown } from "./choices.ts";
import { isShown } from "./lines.ts";

/** Draws what the chosen panel can be asked; groups of other panels are hidden, not lost. */
export function drawControls(
	section: HTMLElement,
	message: ScorePanelMessage,
	choices: Choices,
	choose: Choose,
	post: (request: ScorePanelRequest) => void,
): void {
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
	const hasZ = isScore && (choices.quantity === "z" || (choices.quantity === "pg" && choices.alpha > 0));
	drawSwitch(section, "z against", hasZ ? populationOptions(message) : [], choices.population, (population) =>
		choose({ population }),
	);
	drawFreeze(section, message, hasZ && choices.population === "workspace", post);
	drawSwitch(section, "Target", choices.tab === "data" ? targets : [], choices.target, (target) => choose({ target }));
	drawSwitch(section, "View", choices.tab === "advice" ? [] : views, choices.view, (view) => choose({ view }));
	drawAlpha(section, choices, choose);
	drawLanguages(section, message, choices, choose);
}

const views = [
	{ value: "chart", label: "Chart" },
	{ value: "table", label: "Table" },
] as const;

const populationLabels: Readonly<Record<PopulationKind, string>> = {
	published: "z: published",
	language: "z: language",
	workspace: "z: workspace",
};

function populationOptions({ populations }: ScorePanelMessage): Option<PopulationKind>[] {
	return populations.map(({ kind, name, n, isFrozen }) => ({
		value: kind,
		label: populationLabels[kind],
		title: `z against ${name}: ${n} rows${isFrozen ? ", frozen" : ", not frozen"}`,
	}));
}

/** Shown where another measurement would move every z of the workspace. */
function drawFreeze(
	section: HTMLElement,
	{ populations }: ScorePanelMessage,
	isAsked: boolean,
	post: (request: ScorePanelRequest) => void,
): void {
	const open = populations.filter(({ kind, isFrozen }) => isAsked && kind === "workspace" && !isFrozen);
	group(section, "Population")
		.attr("hidden", open.length === 0 ? "" : null)
		.selectAll<HTMLButtonElement, (typeof open)[number]>("button")
		.data(open)
		.join("button")
		.attr("type", "button")
		.attr("title", "Keeps these rows as the population, so that a new teacher moves no score")
		.text(({ n }) => `Freeze ${n} rows`)
		.on("click", () => post({ type: "freezePopulation" }));
}

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

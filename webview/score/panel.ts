/** The score panel: published and own scores side by side, and whether to believe them. */
import { select } from "d3";
import { ScorePanelMessage, type ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { drawBreakdown } from "./breakdown.ts";
import { type Choices, firstChoices, isDoubtful, quantities } from "./choices.ts";
import { drawControls } from "./controls.ts";
import { isShown, linesOf } from "./lines.ts";
import { drawScoreGrid } from "./score-grid.ts";
import { drawScoreTable } from "./score-table.ts";
import "./panel.css";

interface Shown {
	message: ScorePanelMessage;
	choices: Choices;
	post: (request: ScorePanelRequest) => void;
}

/** What each root shows: choices outlive a new message, as the message outlives a choice. */
const shownIn = new WeakMap<HTMLElement, Shown>();

/** Draws, or redraws, the panel. Throws when the message is not a score message. */
export function drawScore(root: HTMLElement, message: unknown, post: (request: ScorePanelRequest) => void): void {
	const parsed = ScorePanelMessage.parse(message);
	const before = shownIn.get(root);
	shownIn.set(root, { message: parsed, choices: before?.choices ?? firstChoices(parsed), post });
	if (!before) {
		root.classList.add("score");
		new ResizeObserver(() => redraw(root)).observe(root);
	}
	redraw(root);
}

function redraw(root: HTMLElement): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	const { message, choices, post } = shown;
	const choose = (change: Partial<Choices>) => {
		shown.choices = { ...shown.choices, ...change };
		redraw(root);
	};
	drawHead(part(root, "head"), choices);
	drawControls(part(root, "controls"), message, choices, choose);
	drawProblems(part(root, "problems"), message);
	const isChart = choices.view === "chart";
	const [chart, table] = [part(root, "chart"), part(root, "table")];
	chart.hidden = !isChart;
	table.hidden = isChart;
	if (isChart) drawScoreGrid(chart, message, choices, choose, root.clientWidth);
	else drawScoreTable(table, message, choices, choose);
	drawLegend(part(root, "legend"), message, choices);
	drawBreakdown(part(root, "breakdown"), message, choices, post);
	drawEmpty(part(root, "empty"), message, choices);
}

const order = ["head", "controls", "problems", "chart", "table", "empty", "legend", "breakdown"];

/** The part of the panel with this name, all of them made once and in order. */
function part(root: HTMLElement, name: string): HTMLElement {
	if (root.childElementCount === 0) {
		for (const one of order) {
			const section = root.ownerDocument.createElement("section");
			section.className = `score-${one}`;
			root.append(section);
		}
		root.querySelector(".score-breakdown")?.setAttribute("aria-live", "polite");
	}
	const found = root.querySelector<HTMLElement>(`:scope > .score-${name}`);
	if (!found) throw new Error(`There is no part ${name}.`);
	return found;
}

function drawHead(section: HTMLElement, choices: Choices): void {
	const { label, explanation } = quantities[choices.quantity];
	const head = select(section);
	head.selectAll("h1").data(["Polyglot Score"]).join("h1").text(String);
	head
		.selectAll("p")
		.data([`${label}: ${explanation}. Each language has its own scale and ranks: compare teachers within a language.`])
		.join("p")
		.text(String);
}

function drawProblems(section: HTMLElement, { problems }: ScorePanelMessage): void {
	section.hidden = problems.length === 0;
	select(section)
		.selectAll("p")
		.data(problems)
		.join("p")
		.text(({ message, where }) => (where ? `${where}: ${message}` : message));
}

function drawLegend(section: HTMLElement, message: ScorePanelMessage, choices: Choices): void {
	const cells = message.cells.filter((cell) => isShown(cell, choices) && !choices.hiddenLanguages.has(cell.language));
	const doubtful = cells.filter((cell) => isDoubtful(cell, choices.quantity)).length;
	const entries = [
		{ name: "published", text: "published", isShown: cells.some(({ source }) => source === "published") },
		{ name: "own", text: "own run", isShown: cells.some(({ source }) => source === "own") },
		{
			name: "practice",
			text: "practice: measured on practice models",
			isShown: cells.some(({ source }) => source === "practice"),
		},
		{
			name: "doubtful",
			text: `† hatched: PGR is not interpretable (${doubtful} of ${cells.length}); choose a cell to read why`,
			isShown: doubtful > 0,
		},
	];
	const joined = select(section)
		.selectAll<HTMLSpanElement, (typeof entries)[number]>("span.entry")
		.data(entries.filter((entry) => entry.isShown))
		.join((enter) => {
			const entry = enter.append("span");
			entry.append("i").attr("aria-hidden", "true");
			entry.append("span");
			return entry;
		});
	joined.attr("class", ({ name }) => `entry ${name}`);
	joined.select("span").text(({ text }) => text);
}

function drawEmpty(section: HTMLElement, message: ScorePanelMessage, choices: Choices): void {
	const isEmpty = linesOf(message, choices).length === 0;
	section.hidden = !isEmpty;
	select(section)
		.selectAll("p")
		.data(["No own score yet. Train a student and evaluate it; its score appears here."])
		.join("p")
		.text(String);
}

/** The score panel: published and own scores side by side, whether to believe them, and what is behind them. */
import { select } from "d3";
import {
	AdvicePanelMessage,
	ScorePanelMessage,
	type ScorePanelRequest,
} from "../../server/core/score/panel-message.ts";
import { installTooltip } from "../shared/tooltip.ts";
import { drawAdvice } from "./advice.ts";
import { drawBreakdown } from "./breakdown.ts";
import type { Choices, Choose, Tab } from "./choices.ts";
import { drawControls } from "./controls.ts";
import { dataFigures } from "./data-figures.ts";
import { drawFigures, type Figure } from "./figure.ts";
import { drawLegend } from "./legend.ts";
import { linesOf } from "./lines.ts";
import { keepChoices, type Memory, recalledChoices } from "./memory.ts";
import { recipeFigures } from "./recipe-figures.ts";
import { scoreFigures } from "./score-figures.ts";
import { drawTabs } from "./tabs.ts";
import { teachersFigures } from "./teachers-figures.ts";
import "./panel.css";
import "./charts.css";
import "./tables.css";
import "./breakdown.css";
import "./advice.css";

interface Shown {
	message: ScorePanelMessage;
	choices: Choices;
	post: (request: ScorePanelRequest) => void;
	memory: Memory;
}

/** What each root shows: choices outlive a new message, as the message outlives a choice. */
const shownIn = new WeakMap<HTMLElement, Shown>();

const noMemory: Memory = { recall: () => undefined, keep: () => {} };

/** Draws, or redraws, the panel. Throws when the message is neither scores nor a question for advice. */
export function drawScore(
	root: HTMLElement,
	message: unknown,
	post: (request: ScorePanelRequest) => void,
	memory: Memory = noMemory,
): void {
	const before = shownIn.get(root);
	const asked = AdvicePanelMessage.safeParse(message);
	if (asked.success) {
		if (before) change(root, { tab: "advice", wish: asked.data.wish });
		return;
	}
	const parsed = ScorePanelMessage.parse(message);
	shownIn.set(root, { message: parsed, choices: before?.choices ?? recalledChoices(parsed, memory), post, memory });
	if (!before) {
		root.classList.add("score");
		installTooltip(root);
		new ResizeObserver(() => redraw(root)).observe(root);
	}
	redraw(root);
}

function change(root: HTMLElement, changed: Partial<Choices>, sought?: string): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	shown.choices = { ...shown.choices, ...changed };
	keepChoices(shown.choices, shown.memory);
	redraw(root);
	const target = sought === undefined ? null : root.querySelector<HTMLElement>(sought);
	target?.scrollIntoView({ block: "start" });
	target?.focus({ preventScroll: true });
}

function redraw(root: HTMLElement): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	const { message, choices, post } = shown;
	const choose: Choose = (changed, sought) => change(root, changed, sought);
	drawTabs(part(root, "head"), choices, choose);
	drawControls(part(root, "controls"), message, choices, choose, post);
	drawProblems(part(root, "problems"), message);
	const body = part(root, "body");
	// Panels share no figures.
	if (body.dataset.tab !== choices.tab) body.replaceChildren();
	body.dataset.tab = choices.tab;
	body.setAttribute("aria-label", choices.tab);
	if (choices.tab === "advice") drawAdvice(body, message, choices, choose, post);
	else {
		const { view } = choices;
		drawFigures(body, figures[choices.tab](message, choices, choose), { view, width: root.clientWidth, post });
	}
	drawLegend(part(root, "legend"), message, choices);
	drawEmpty(part(root, "empty"), message, choices);
	drawBreakdown(part(root, "breakdown"), message, choices, post);
}

type FiguresOf = (message: ScorePanelMessage, choices: Choices, choose: Choose) => Figure[];
const figures: Readonly<Record<Exclude<Tab, "advice">, FiguresOf>> = {
	score: scoreFigures,
	teachers: teachersFigures,
	data: dataFigures,
	recipe: recipeFigures,
};

const order = ["head", "controls", "problems", "body", "empty", "legend", "breakdown"];

/** The part of the panel with this name, all of them made once and in order. */
function part(root: HTMLElement, name: string): HTMLElement {
	if (root.childElementCount === 0) {
		for (const one of order) {
			const section = root.ownerDocument.createElement("section");
			section.className = `score-${one}`;
			root.append(section);
		}
		const breakdown = root.querySelector(".score-breakdown");
		breakdown?.setAttribute("aria-live", "polite");
		breakdown?.setAttribute("tabindex", "-1");
		root.querySelector(".score-body")?.setAttribute("role", "tabpanel");
	}
	const found = root.querySelector<HTMLElement>(`:scope > .score-${name}`);
	if (!found) throw new Error(`There is no part ${name}.`);
	return found;
}

function drawProblems(section: HTMLElement, { problems }: ScorePanelMessage): void {
	section.hidden = problems.length === 0;
	select(section)
		.selectAll("p")
		.data(problems)
		.join("p")
		.text(({ message, where }) => (where ? `${where}: ${message}` : message));
}

function drawEmpty(section: HTMLElement, message: ScorePanelMessage, choices: Choices): void {
	const isEmpty = choices.tab === "score" && linesOf(message, choices).length === 0;
	section.hidden = !isEmpty;
	select(section)
		.selectAll("p")
		.data(["No own score yet. Train a student and evaluate it; its score appears here."])
		.join("p")
		.text(String);
}

/** The monitor: what a generation run does now, what it waits for, what it costs, and what came out last. */
import { select } from "d3";
import { MonitorMessage, type MonitorRequest } from "../../server/core/generate/monitor-message.ts";
import { installTooltip } from "../shared/tooltip.ts";
import { drawFailures } from "./failures.ts";
import { drawGrid } from "./grid.ts";
import { drawHeader } from "./header.ts";
import { drawLatest } from "./latest.ts";
import { drawPace } from "./pace.ts";
import "./panel.css";

/** What each root shows, so that it can be drawn again when its width changes. */
const shownIn = new WeakMap<HTMLElement, MonitorMessage>();

/** Draws, or redraws, the panel. Throws when the message is not a generation run's. */
export function draw(root: HTMLElement, message: unknown, post: (request: MonitorRequest) => void): void {
	const isFirst = !shownIn.has(root);
	shownIn.set(root, MonitorMessage.parse(message));
	redraw(root, post);
	if (!isFirst) return;
	installTooltip(root);
	new ResizeObserver(() => redraw(root, post)).observe(root);
}

const names = ["header", "grid", "pace", "failures", "latest"] as const;
type SectionName = (typeof names)[number];

function redraw(root: HTMLElement, post: (request: MonitorRequest) => void): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	select(root)
		.classed("monitor", true)
		.selectAll<HTMLElement, SectionName>(":scope > section")
		.data(names)
		.join("section")
		.attr("class", (name) => `monitor-${name}`);
	drawHeader(sectionOf(root, "header"), shown, post);
	drawGrid(sectionOf(root, "grid"), shown);
	drawPace(sectionOf(root, "pace"), shown);
	drawFailures(sectionOf(root, "failures"), shown, post);
	drawLatest(sectionOf(root, "latest"), shown);
}

function sectionOf(root: HTMLElement, name: SectionName): HTMLElement {
	const found = root.querySelector<HTMLElement>(`:scope > section.monitor-${name}`);
	if (!found) throw new Error(`There is no section ${name}.`);
	return found;
}

/** The run panel: state, curve, results, log of one run. */
import { select } from "d3";
import { type PanelRun, RunPanelMessage, type RunPanelRequest } from "../../server/core/trainer/panel-message.ts";
import { drawArtifacts } from "./artifacts.ts";
import { drawLossChart } from "./loss-chart.ts";
import { drawResults } from "./results.ts";
import "./panel.css";
import { drawHeader } from "./header.ts";
import { drawNumbers } from "./numbers.ts";
import { drawTrainingExample } from "./training-example.ts";

/** What each root shows, so that it can be drawn again when its width changes. */
const shownIn = new WeakMap<HTMLElement, RunPanelMessage>();

/** Draws, or redraws, the panel. Throws when the message is not a run's. */
export function drawRun(root: HTMLElement, message: unknown, post: (request: RunPanelRequest) => void): void {
	const isFirst = !shownIn.has(root);
	shownIn.set(root, RunPanelMessage.parse(message));
	redraw(root, post);
	if (isFirst) new ResizeObserver(() => redraw(root, post)).observe(root);
}

function redraw(root: HTMLElement, post: (request: RunPanelRequest) => void): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	const { view, link, anchors, others } = shown;
	const section = (name: string, isShown: boolean) => sectionOf(root, name, isShown);
	drawHeader(section("header", true), view, link, post);
	drawNumbers(section("numbers", view.kind !== "eval"), view);
	drawLossChart(section("loss", view.kind !== "eval"), view, others);
	drawResults(section("results", view.kind === "eval"), view, anchors);
	drawTrainingExample(section("example", view.trainingSet !== null), view.trainingSet);
	drawWarnings(section("warnings", view.warnings.length > 0), view);
	drawArtifacts(section("artifacts", view.artifacts.length > 0), view.artifacts, shown.downloads, post);
	drawLog(section("log", view.log.length > 0), view);
	drawUnread(section("unread", view.unread.length > 0), view);
}

const order = ["header", "numbers", "loss", "results", "example", "warnings", "artifacts", "log", "unread"];

/** The part of the panel with this name, made in its place; emptied and hidden when it has nothing to show. */
function sectionOf(root: HTMLElement, name: string, isShown: boolean): HTMLElement {
	select(root)
		.selectAll<HTMLElement, string>(":scope > section")
		.data(order, function (datum) {
			return datum ?? this.dataset.name ?? "";
		})
		.join("section")
		.attr("class", (datum) => `run-${datum}`)
		.attr("data-name", (datum) => datum);
	const found = root.querySelector<HTMLElement>(`:scope > section[data-name="${name}"]`);
	if (!found) throw new Error(`There is no section ${name}.`);
	found.hidden = !isShown;
	if (!isShown) found.replaceChildren();
	return found;
}

function drawWarnings(section: HTMLElement, { warnings }: PanelRun): void {
	if (warnings.length === 0) return;
	const root = select(section);
	root.selectAll("h2").data(["Warnings"]).join("h2").text(String);
	const list = root.selectAll("ul").data([0]).join("ul");
	list
		.selectAll("li")
		.data(warnings)
		.join("li")
		.text(({ code, message }) => `${message} (${code})`);
}

function drawLog(section: HTMLElement, { log }: PanelRun): void {
	if (log.length === 0) return;
	const details = select(section).selectAll("details").data([0]).join("details");
	details.selectAll("summary").data(["Log of the worker, last lines"]).join("summary").text(String);
	details
		.selectAll("pre")
		.data([log.join("\n")])
		.join("pre")
		.attr("tabindex", 0)
		.text(String);
}

/** Of a newer trainer: kept and shown as it came. */
function drawUnread(section: HTMLElement, { unread }: PanelRun): void {
	const details = select(section)
		.selectAll("details")
		.data(unread.length > 0 ? [0] : [])
		.join("details");
	details.selectAll("summary").data(["Events this version cannot read"]).join("summary").text(String);
	details
		.selectAll("pre")
		.data([unread.join("\n")])
		.join("pre")
		.attr("tabindex", 0)
		.text(String);
}

/** A chart with its title, remark, exports and table: one look for every panel. */
import { select } from "d3";
import type { ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { pngBase64, svgText } from "./picture.ts";
import { drawSheet, type Sheet, sheetCsv } from "./sheet.ts";

export interface Figure {
	/** Also the name of exported files: letters, digits and hyphens. */
	readonly name: string;
	readonly title: string;
	/** What to know before reading the chart. */
	readonly remark: string;
	/** A word on how far it can be trusted, shown as a badge. */
	readonly status?: string;
	readonly sheet: Sheet;
	/** Draws the table in place of the sheet, where rows can be chosen. */
	readonly drawTable?: (body: HTMLElement) => void;
	/** Draws the chart into the body; called again whenever anything changes. */
	readonly draw: (body: HTMLElement, width: number) => void;
}

export interface FigureContext {
	readonly view: "chart" | "table";
	readonly width: number;
	readonly post: (request: ScorePanelRequest) => void;
}

/** Draws, or redraws, the figures of one panel, in order. */
export function drawFigures(panel: HTMLElement, figures: readonly Figure[], context: FigureContext): void {
	const joined = select(panel)
		.selectAll<HTMLElement, Figure>(":scope > figure")
		.data([...figures], ({ name }) => name)
		.join((enter) => {
			const figure = enter.append("figure").attr("tabindex", -1);
			const caption = figure.append("figcaption");
			caption.append("h2");
			caption.append("span").attr("class", "status");
			caption.append("span").attr("class", "exports");
			caption.append("p");
			figure.append("div").attr("class", "body");
			return figure;
		});
	joined
		.attr("data-name", ({ name }) => name)
		.each(function (figure) {
			fillFigure(this, figure, context);
		});
}

function fillFigure(element: HTMLElement, figure: Figure, { view, width, post }: FigureContext): void {
	const root = select(element);
	root.select("h2").text(figure.title);
	root
		.select(".status")
		.attr("hidden", figure.status === undefined ? "" : null)
		.attr("class", `status ${(figure.status ?? "").replaceAll(" ", "-")}`)
		.text(figure.status ?? "");
	root.select("figcaption p").text(figure.remark);
	const body = root.select<HTMLElement>(".body").node();
	if (!body) return;
	// Chart and table do not share elements.
	if (body.dataset.view !== view) body.replaceChildren();
	body.dataset.view = view;
	if (view === "chart") figure.draw(body, width);
	else if (figure.drawTable) figure.drawTable(body);
	else drawSheet(body, figure.sheet);
	drawExports(element, figure, body, post);
}

function drawExports(element: HTMLElement, figure: Figure, body: HTMLElement, post: FigureContext["post"]): void {
	const svg = () => body.querySelector("svg");
	const save = (extension: string, encoding: "utf8" | "base64", content: string) =>
		post({ type: "save", name: `polyglot-${figure.name}.${extension}`, encoding, content });
	const exports = [
		{ label: "CSV", needsChart: false, run: () => save("csv", "utf8", sheetCsv(figure.sheet)) },
		{ label: "SVG", needsChart: true, run: () => svgOf(svg(), (found) => save("svg", "utf8", svgText(found))) },
		{
			label: "PNG",
			needsChart: true,
			run: () => svgOf(svg(), (found) => void pngBase64(found).then((content) => save("png", "base64", content))),
		},
	];
	select(element)
		.select(".exports")
		.selectAll<HTMLButtonElement, (typeof exports)[number]>("button")
		.data(exports)
		.join("button")
		.attr("type", "button")
		.attr("class", "link")
		.attr("hidden", ({ needsChart }) => (needsChart && body.dataset.view !== "chart" ? "" : null))
		.attr("aria-label", ({ label }) => `Save “${figure.title}” as ${label}`)
		.text(({ label }) => label)
		.on("click", (_event, { run }) => run());
}

function svgOf(svg: SVGSVGElement | null, use: (svg: SVGSVGElement) => void): void {
	if (svg) use(svg);
}

/** What an evaluation found, beside base and reference where they were measured the same way. */
import { scaleLinear, select } from "d3";
import { isAccuracy } from "../../server/core/trainer/extrinsic.ts";
import type { PanelRun, RunPanelMessage } from "../../server/core/trainer/panel-message.ts";

type Result = PanelRun["results"][number];
interface Row {
	readonly name: string;
	readonly result: Result;
}

const width = 130;
const confidence = 1.96;
const barColumn = 3;

export function drawResults(section: HTMLElement, view: PanelRun, anchors: RunPanelMessage["anchors"]): void {
	if (view.kind !== "eval") return;
	const root = select(section);
	root.selectAll("h2").data(["Results"]).join("h2").text(String);
	const rows = [
		...view.results.map((result) => ({ name: "student", result })),
		...anchors.flatMap(({ name, results }) => results.map((result) => ({ name, result }))),
	];
	rows.sort((a, b) => a.result.task.localeCompare(b.result.task) || b.name.localeCompare(a.name));
	root
		.selectAll("p.empty")
		.data(rows.length === 0 ? ["No result yet."] : [])
		.join("p")
		.attr("class", "empty")
		.text(String);
	drawTable(section, rows);
	drawMissing(section, view);
}

function drawTable(section: HTMLElement, rows: readonly Row[]): void {
	const table = select(section)
		.selectAll("table")
		.data(rows.length > 0 ? [0] : [])
		.join("table");
	const heads = ["task", "model", "value ± standard error", "0 to 1, 95 %", "metric", "items", "shots", "language"];
	table
		.selectAll("thead")
		.data([0])
		.join("thead")
		.selectAll("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(heads)
		.join("th")
		.attr("scope", "col")
		.text(String);
	const row = table
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, Row>("tr")
		.data([...rows])
		.join("tr")
		.attr("class", ({ name }) => name);
	row
		.selectAll<HTMLTableCellElement, string>("td")
		.data(({ name, result }) => [
			result.task,
			name,
			valueText(result),
			"",
			result.metric.replaceAll("_", " "),
			String(result.n),
			String(result.shots),
			result.language,
		])
		.join("td")
		.each(function (text, index) {
			if (index !== barColumn) this.textContent = text;
		});
	row.each(function ({ result }) {
		const cell = this.cells[barColumn];
		if (cell) drawInterval(cell, result);
	});
}

function valueText({ value, stderr }: Result): string {
	if (value === null) return "missing";
	return `${value.toFixed(4)} ± ${stderr === null ? "unknown" : stderr.toFixed(4)}`;
}

/** Only accuracies share the axis from 0 to 1. */
function drawInterval(cell: HTMLTableCellElement, { value, stderr, metric }: Result): void {
	const isShown = value !== null && isAccuracy({ metric });
	const x = scaleLinear([0, 1], [4, width - 4]).clamp(true);
	const svg = select(cell)
		.selectAll("svg")
		.data(isShown ? [{ value, stderr: stderr ?? 0 }] : [])
		.join("svg")
		.attr("width", width)
		.attr("height", 14)
		.attr("aria-hidden", "true");
	svg
		.selectAll("line.axis")
		.data([0])
		.join("line")
		.attr("class", "axis")
		.attr("x1", x(0))
		.attr("x2", x(1))
		.attr("y1", 7)
		.attr("y2", 7);
	svg
		.selectAll("line.interval")
		.data((one) => [one])
		.join("line")
		.attr("class", "interval")
		.attr("x1", (one) => x(one.value - confidence * one.stderr))
		.attr("x2", (one) => x(one.value + confidence * one.stderr))
		.attr("y1", 7)
		.attr("y2", 7);
	svg
		.selectAll("circle")
		.data((one) => [one])
		.join("circle")
		.attr("r", 4)
		.attr("cx", (one) => x(one.value))
		.attr("cy", 7);
}

function drawMissing(section: HTMLElement, { summary }: PanelRun): void {
	const lines = (summary?.languages ?? []).flatMap(({ language, expected, done, missing }) =>
		missing.length === 0
			? []
			: [
					`${language}: ${done} of ${expected} tasks. Missing: ${missing.map(({ task, reason }) => `${task} (${reason})`).join(", ")}.`,
				],
	);
	select(section).selectAll("p.missing").data(lines).join("p").attr("class", "missing").text(String);
}

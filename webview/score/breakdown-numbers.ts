/** The numbers of one score: the sum, z column by column, and the gap with both ways to form PGR. */
import { scaleLinear, select } from "d3";
import type { ScoreCell } from "../../server/core/score/panel-message.ts";
import { explain } from "../../server/core/score/reasons.ts";
import { type ZColumn, zColumns } from "../../server/core/score/rows.ts";
import { blockOf, facts } from "./breakdown-block.ts";
import { type Choices, comparisonOf } from "./choices.ts";
import { comparisonSentence, gapArithmetic, leavesTheLine, populationNames } from "./reading.ts";
import { fixed, signed, unknown, withInterval } from "./units.ts";

export function drawSum(
	parts: HTMLElement,
	cell: ScoreCell,
	choices: Choices,
	labelOf: (teacher: string) => string,
): void {
	const block = blockOf(parts, "Score");
	const { workspace } = cell.zReadings;
	facts(block, [
		["PG-Score", withInterval(cell.pg, cell.pgStderr, 4), "(PGR + z) / 2"],
		["PGR", withInterval(cell.pgr, cell.pgrStderr, 4), ""],
		["z", fixed(cell.z, 4), cell.population ?? cell.zReadings.published?.population ?? ""],
		["z in language", fixed(cell.zWithinLanguage, 4), ""],
		...(workspace ? [["z here", fixed(workspace.z, 4), workspace.population] as const] : []),
	]);
	const comparison = comparisonOf(cell, choices) ?? cell.comparison ?? cell.gainComparison;
	const order = comparisonSentence(comparison);
	if (order !== null) select(block).append("p").attr("class", "note").text(order);
	const company = comparison?.indistinctFrom.map(labelOf) ?? [];
	if (company.length > 0) {
		const note = select(block).append("p").attr("class", "note");
		note.append("span").text("Not distinguishable from ");
		note.append("bdi").text(`${company.join(", ")}.`);
	}
}

const columnNames: Readonly<Record<ZColumn, string>> = {
	prompts_distinct_ri: "Prompt diversity",
	responses_distinct_ri: "Response diversity",
	rubric_score: "Rubric score",
	neg_log1p_perplexity: "−ln(1 + perplexity)",
};

/** The four columns of z as bars around zero, from −3 to 3. */
export function drawZ(parts: HTMLElement, cell: ScoreCell, { population }: Choices): void {
	const block = blockOf(parts, `z ${populationNames[population]}`);
	const { metrics } = cell;
	const reading = cell.zReadings[population];
	if (!metrics) {
		const next =
			cell.source === "published" ? "" : " “Polyglot: Measure Dataset…” of this teacher and language fills them in.";
		select(block).append("p").attr("class", "missing").text(`The metrics behind z are not known.${next}`);
		return;
	}
	const table = select(block).append("table");
	table.append("caption").attr("class", "unseen").text("Metric, value and z");
	const scale = scaleLinear([-3, 3], [0, 96]).clamp(true);
	const zOf = (column: ZColumn) => reading?.columns[column] ?? null;
	const rows = table.append("tbody").selectAll("tr").data(zColumns).join("tr");
	rows
		.append("th")
		.attr("scope", "row")
		.text((column) => columnNames[column]);
	rows
		.append("td")
		.attr("class", "number")
		.text((column) => fixed(metrics[column] ?? null, 3));
	const chart = rows.append("td").append("svg").attr("width", 98).attr("height", 14).attr("aria-hidden", "true");
	chart.append("line").attr("class", "zero").attr("x1", scale(0)).attr("x2", scale(0)).attr("y2", 14);
	chart
		.append("rect")
		.attr("class", "part")
		.attr("y", 3)
		.attr("height", 8)
		.attr("x", (column) => Math.min(scale(0), scale(zOf(column) ?? 0)))
		.attr("width", (column) => Math.abs(scale(zOf(column) ?? 0) - scale(0)));
	rows
		.append("td")
		.attr("class", "number")
		.text((column) => signed(zOf(column), 3));
	for (const reason of reading?.reasons ?? []) select(block).append("p").attr("class", "note").text(explain(reason));
	if (!reading) select(block).append("p").attr("class", "note").text("There is no such population for this score.");
}

export function drawGap(parts: HTMLElement, cell: ScoreCell): void {
	const block = blockOf(parts, "Gap and gain");
	const { anchor } = cell;
	facts(block, [
		["Student", withInterval(cell.result, cell.resultStderr, 4), ""],
		["Base", withInterval(anchor?.base ?? null, anchor?.baseStderr ?? null, 4), ""],
		["Reference", withInterval(anchor?.ref ?? null, anchor?.refStderr ?? null, 4), ""],
		[
			"Gain",
			`${signed(cell.gain, 4)}${cell.gainStderr === null ? "" : ` ± ${(1.96 * cell.gainStderr).toFixed(4)}`}`,
			"student − base",
		],
	]);
	const text = select(block);
	text
		.append("p")
		.attr("class", "arithmetic")
		.text(`PGR = ${gapArithmetic(cell)}`);
	if (leavesTheLine(cell)) {
		text
			.append("p")
			.attr("class", "note")
			.text(`The row says ${fixed(cell.pgr, 3)}: it does not follow from these anchors.`);
	}
	if (anchor) text.append("p").attr("class", "note").text(`Base and reference: ${anchor.origin}.`);
	drawTasks(block, cell);
}

/** PGR task by task, and the mean of the ratios, which is the formula the paper prints. */
function drawTasks(block: HTMLElement, { anchor, tasks, meanOfRatios }: ScoreCell): void {
	if (!anchor || !meanOfRatios) return;
	const rows = tasks.map((task) => {
		const own = anchor.tasks.find((one) => one.task === task.task && (one.shots ?? null) === (task.shots ?? null));
		const [value, base, ref] = [task.value ?? null, own?.base ?? null, own?.ref ?? null];
		const pgr = value === null || base === null || ref === null ? null : (value - base) / (ref - base);
		const isReadable = base !== null && ref !== null && ref > base;
		const ratio = pgr === null || !Number.isFinite(pgr) ? unknown : `${fixed(pgr, 3)}${isReadable ? "" : " †"}`;
		return [task.task, fixed(value, 3), fixed(base, 3), fixed(ref, 3), ratio];
	});
	const table = select(block).append("table").attr("class", "tasks");
	table.append("caption").attr("class", "unseen").text("Task by task");
	table
		.append("thead")
		.append("tr")
		.selectAll("th")
		.data(["Task", "Student", "Base", "Reference", "Ratio"])
		.join("th")
		.attr("scope", "col")
		.classed("number", (_head, index) => index > 0)
		.text(String);
	table
		.append("tbody")
		.selectAll("tr")
		.data(rows)
		.join("tr")
		.selectAll("td")
		.data((row) => row)
		.join("td")
		.classed("number", (_text, index) => index > 0)
		.text(String);
	const { pgr, stderr, isInterpretable } = meanOfRatios;
	select(block)
		.append("p")
		.attr("class", "arithmetic")
		.text(
			`Mean of ratios ${withInterval(pgr, stderr, 3)}${isInterpretable ? "" : ", † not interpretable in every task"}`,
		);
}

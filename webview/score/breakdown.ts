/** What one score rests on: z columns, PGR arithmetic, gain, anchors, tasks and where it comes from. */
import { scaleLinear, select } from "d3";
import type { ScoreCell, ScorePanelMessage, ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { explain } from "../../server/core/score/reasons.ts";
import { type ZColumn, zColumns } from "../../server/core/score/rows.ts";
import type { Choices } from "./choices.ts";
import { cellKey } from "./lines.ts";
import { comparisonSentence, gapArithmetic, leavesTheLine, sourceLabel, taskLabel, whyDoubtful } from "./reading.ts";
import { fixed, signed, unknown, withInterval } from "./units.ts";

export function drawBreakdown(
	section: HTMLElement,
	message: ScorePanelMessage,
	choices: Choices,
	post: (request: ScorePanelRequest) => void,
): void {
	const cell = message.cells.find((one) => cellKey(one) === choices.chosen);
	section.hidden = !cell;
	section.replaceChildren();
	if (!cell) return;
	const root = select(section);
	const teacher = message.teachers.find(({ name }) => name === cell.teacher)?.label ?? cell.teacher;
	const language = message.languages.find(({ code }) => code === cell.language)?.name ?? cell.language;
	const base = message.studentBases.find(({ name }) => name === cell.studentBase)?.label ?? cell.studentBase;
	const head = root.append("h2");
	head.append("span").text(`${teacher}, ${language}`);
	head.append("small").text(`${sourceLabel(cell.source)}, student base ${base}`);
	drawVerdict(section, cell);
	const parts = root.append("div").attr("class", "parts").node();
	if (!parts) return;
	drawSum(parts, cell);
	drawZ(parts, cell);
	drawGap(parts, cell);
	drawOrigin(parts, cell, post);
}

/** One plain sentence: may PGR be read as a recovered gap? */
function drawVerdict(section: HTMLElement, cell: ScoreCell): void {
	const doubt = whyDoubtful(cell);
	const line = select(section)
		.append("p")
		.attr("class", doubt === null ? "verdict" : "verdict doubtful");
	line.append("strong").text(doubt === null ? "PGR is interpretable." : "† PGR is not interpretable.");
	line.append("span").text(` ${doubt ?? "The reference is better than the base."}`);
	for (const reason of notes(cell))
		line
			.append("span")
			.attr("class", "note")
			.text(` ${explain(reason)}`);
}

/** Reasons beside the verdict's own. */
function notes(cell: ScoreCell): string[] {
	const told = ["reference_not_above_base", "reference_within_two_stderr", "result_stderr_missing", "anchor_missing"];
	return cell.reasons.filter((reason) => !told.includes(reason));
}

function drawSum(parts: HTMLElement, cell: ScoreCell): void {
	const block = blockOf(parts, "Score");
	facts(block, [
		["PG-Score", withInterval(cell.pg, cell.pgStderr, 4), "(PGR + z) / 2"],
		["PGR", withInterval(cell.pgr, cell.pgrStderr, 4), ""],
		["z", fixed(cell.z, 4), cell.population ?? ""],
		["z in language", fixed(cell.zWithinLanguage, 4), ""],
	]);
	const order = comparisonSentence(cell);
	if (order !== null) select(block).append("p").attr("class", "note").text(order);
}

const columnNames: Readonly<Record<ZColumn, string>> = {
	prompts_distinct_ri: "Prompt diversity",
	responses_distinct_ri: "Response diversity",
	rubric_score: "Rubric score",
	neg_log1p_perplexity: "−ln(1 + perplexity)",
};

/** The four columns of z as bars around zero, from −3 to 3. */
function drawZ(parts: HTMLElement, cell: ScoreCell): void {
	const block = blockOf(parts, "z, column by column");
	const zParts = cell.zParts;
	if (!zParts) {
		select(block).append("p").attr("class", "missing").text("The metrics behind z are not known.");
		return;
	}
	const table = select(block).append("table");
	table.append("caption").attr("class", "unseen").text("Metric, value and z");
	const scale = scaleLinear([-3, 3], [0, 96]).clamp(true);
	const rows = table.append("tbody").selectAll("tr").data(zColumns).join("tr");
	rows
		.append("th")
		.attr("scope", "row")
		.text((column) => columnNames[column]);
	rows
		.append("td")
		.attr("class", "number")
		.text((column) => fixed(zParts[column]?.value ?? null, 3));
	const chart = rows.append("td").append("svg").attr("width", 98).attr("height", 14).attr("aria-hidden", "true");
	chart.append("line").attr("class", "zero").attr("x1", scale(0)).attr("x2", scale(0)).attr("y2", 14);
	chart
		.append("rect")
		.attr("class", "part")
		.attr("y", 3)
		.attr("height", 8)
		.attr("x", (column) => Math.min(scale(0), scale(zParts[column]?.z ?? 0)))
		.attr("width", (column) => Math.abs(scale(zParts[column]?.z ?? 0) - scale(0)));
	rows
		.append("td")
		.attr("class", "number")
		.text((column) => signed(zParts[column]?.z ?? null, 3));
}

function drawGap(parts: HTMLElement, cell: ScoreCell): void {
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
}

function drawOrigin(parts: HTMLElement, cell: ScoreCell, post: (request: ScorePanelRequest) => void): void {
	const block = blockOf(parts, "Where it comes from");
	facts(block, [
		["Tasks", cell.tasks.map(taskLabel).join(", ") || unknown, ""],
		...(cell.missingTasks.length > 0 ? [["Missing tasks", cell.missingTasks.join(", "), ""] as const] : []),
		...(cell.createdAt ? [["Measured", cell.createdAt, ""] as const] : []),
		...(cell.datasetSha256 ? [["Dataset", `sha256 ${cell.datasetSha256.slice(0, 12)}…`, ""] as const] : []),
		...(cell.codeVersion ? [["Version", cell.codeVersion, ""] as const] : []),
		...(cell.olderRows > 0 ? [["Older rows", `${cell.olderRows} kept in the file`, ""] as const] : []),
	]);
	const buttons = select(block).append("div").attr("class", "buttons");
	const { runId } = cell;
	if (runId !== null) {
		buttons
			.append("button")
			.attr("type", "button")
			.text("Open run")
			.on("click", () => post({ type: "openRun", runId }));
	}
	if (cell.source !== "published") {
		buttons
			.append("button")
			.attr("type", "button")
			.text("Open score file")
			.on("click", () => post({ type: "openScores" }));
	} else {
		select(block).append("p").attr("class", "note").text("Polyglot Teachers, arXiv 2604.11290v1, authors' score rows.");
	}
}

function blockOf(parts: HTMLElement, title: string): HTMLElement {
	const block = parts.ownerDocument.createElement("div");
	block.className = "part-block";
	select(block).append("h3").text(title);
	parts.append(block);
	return block;
}

/** Names with values and a remark, numbers in one column. */
function facts(block: HTMLElement, rows: readonly (readonly [string, string, string])[]): void {
	const list = select(block).append("dl");
	for (const [name, value, remark] of rows) {
		const row = list.append("div");
		row.append("dt").text(name);
		row.append("dd").text(value);
		if (remark) row.append("dd").attr("class", "remark").text(remark);
	}
}

/** What one score rests on: z columns, PGR arithmetic, gain, anchors, tasks and where it comes from. */
import { select } from "d3";
import type { ScoreCell, ScorePanelMessage, ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { explain } from "../../server/core/score/reasons.ts";
import { drawGap, drawSum, drawZ } from "./breakdown-numbers.ts";
import { drawOrigin } from "./breakdown-origin.ts";
import type { Choices } from "./choices.ts";
import { cellKey } from "./lines.ts";
import { sourceLabel, whyDoubtful } from "./reading.ts";

export function drawBreakdown(
	section: HTMLElement,
	message: ScorePanelMessage,
	choices: Choices,
	post: (request: ScorePanelRequest) => void,
): void {
	const cell = message.cells.find((one) => cellKey(one) === choices.chosen);
	section.hidden = !cell || choices.tab !== "score";
	section.replaceChildren();
	if (!cell || section.hidden) return;
	const root = select(section);
	const labelOf = (teacher: string) => message.teachers.find(({ name }) => name === teacher)?.label ?? teacher;
	const language = message.languages.find(({ code }) => code === cell.language)?.name ?? cell.language;
	const base = message.studentBases.find(({ name }) => name === cell.studentBase)?.label ?? cell.studentBase;
	const head = root.append("h2");
	head.append("bdi").text(labelOf(cell.teacher));
	head.append("span").text(`, ${language}`);
	head.append("small").text(`${sourceLabel(cell.source)}, student base ${base}`);
	drawVerdict(section, cell);
	const parts = root.append("div").attr("class", "parts").node();
	if (!parts) return;
	drawSum(parts, cell, choices, labelOf);
	drawZ(parts, cell, choices);
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

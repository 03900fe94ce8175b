/** What colours and hollow dots of the score chart mean, for what is on screen. */
import { select } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, isDoubtful, quantityOf } from "./choices.ts";
import { isShown } from "./lines.ts";

/** An own score that lacks its z only, so that another number of it can be shown. */
function isUnscored(cell: ScoreCell, choices: Choices): boolean {
	return cell.source !== "published" && quantityOf(cell, choices).value === null && cell.gain !== null;
}

function unscoredText({ quantity, population }: Choices): string {
	const where = population === "workspace" || quantity === "pgr" ? "" : "“z: workspace” compares your datasets, ";
	return `– no number: choose the row to read why; ${where}“Gain” needs no z`;
}

export function drawLegend(section: HTMLElement, message: ScorePanelMessage, choices: Choices): void {
	section.hidden = choices.tab !== "score";
	const cells = message.cells.filter((cell) => isShown(cell, choices) && !choices.hiddenLanguages.has(cell.language));
	const doubtful = cells.filter((cell) => isDoubtful(cell, choices)).length;
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
			text: `† hollow: PGR is not interpretable (${doubtful} of ${cells.length}); choose a cell to read why`,
			isShown: doubtful > 0,
		},
		{ name: "unscored", text: unscoredText(choices), isShown: cells.some((cell) => isUnscored(cell, choices)) },
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

/** The Score panel: teachers by languages, as bars or as a table of which every row can be chosen. */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, quantities } from "./choices.ts";
import type { Figure } from "./figure.ts";
import { nameOf } from "./reading.ts";
import { drawScoreGrid } from "./score-grid.ts";
import { drawScoreTable, scoreSheet } from "./score-table.ts";

export function scoreFigures(message: ScorePanelMessage, choices: Choices, choose: Choose): Figure[] {
	const ranks =
		choices.quantity === "pg"
			? "Small figures are ranks, as 95 % intervals where errors are known, bold where a teacher cannot be told from the best."
			: "Small figures are ranks.";
	return [
		{
			name: "scores",
			title: nameOf(choices),
			remark: `${explanation(choices)}. Each language has its own scale: compare teachers within a language. ${ranks}`,
			sheet: scoreSheet(message, choices),
			draw: (body, width) => drawScoreGrid(body, message, choices, choose, width),
			drawTable: (body) => drawScoreTable(body, message, choices, choose),
		},
	];
}

function explanation({ quantity, alpha }: Choices): string {
	if (quantity !== "pg" || alpha === 0.5) return quantities[quantity].explanation;
	return `α·z + (1 − α)·PGR; ▲ and ▼ are places gained and lost against α = 0.5`;
}

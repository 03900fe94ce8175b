/** The Score panel: teachers by languages, as dots or as a table of which every row can be chosen. */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, publishedAlpha, quantities } from "./choices.ts";
import type { Figure } from "./figure.ts";
import { nameOf } from "./reading.ts";
import { drawScoreGrid } from "./score-grid.ts";
import { drawScoreTable, scoreSheet } from "./score-table.ts";

export function scoreFigures(message: ScorePanelMessage, choices: Choices, choose: Choose): Figure[] {
	const ranks =
		choices.quantity === "pg" || choices.quantity === "gain"
			? "Small figures are ranks, as 95 % intervals where errors are known, bold where a teacher cannot be told from the best."
			: "Small figures are ranks.";
	return [
		{
			name: "scores",
			title: nameOf(choices),
			remark: `${explanation(message, choices)}. Each language has its own scale: compare teachers within a language. ${ranks}`,
			sheet: scoreSheet(message, choices),
			draw: (body, width) => drawScoreGrid(body, message, choices, choose, width),
			drawTable: (body) => drawScoreTable(body, message, choices, choose),
		},
	];
}

function explanation({ populations }: ScorePanelMessage, choices: Choices): string {
	const { quantity, alpha, population } = choices;
	const whole =
		quantity !== "pg" || alpha === publishedAlpha
			? quantities[quantity].explanation
			: `α·z + (1 − α)·PGR; ▲ and ▼ are places gained and lost against α = ${publishedAlpha}`;
	if (population === "published" || quantity === "pgr" || quantity === "gain") return whole;
	const chosen = populations.find(({ kind }) => kind === population);
	const own = quantity === "z" ? "intrinsic quality of the data" : whole.replace(", as published", "");
	const frozen = chosen?.isFrozen === false ? ", not frozen: the next measurement moves it" : "";
	return `${own}; z against ${chosen?.name ?? population} (${chosen?.n ?? 0} rows${frozen})`;
}

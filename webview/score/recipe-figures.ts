/** The Recipe panel: what the paper advises on making the data, each with whether its rows bear it out. */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { drawDotPlot } from "./dot-plot.ts";
import type { Figure } from "./figure.ts";

type Finding = ScorePanelMessage["analyses"]["recipe"][number];

export function recipeFigures({ analyses }: ScorePanelMessage): Figure[] {
	return analyses.recipe.map(figureOf);
}

function figureOf({ name, title, status, remark, unit, points }: Finding): Figure {
	const series = [...new Set(points.map((point) => point.series))];
	const rows = [...Map.groupBy(points, ({ group }) => group)].map(([label, dots]) => ({ label, dots }));
	return {
		name,
		title,
		status,
		remark,
		sheet: {
			caption: `${title}, ${unit}`,
			columns: ["What", "Series", unit],
			rows: points.map(({ group, series: one, value }) => [group, one, value]),
		},
		draw: (body, width) =>
			drawDotPlot(
				body,
				{
					rows,
					series,
					axis: unit,
					include: name === "tagalog" || name === "data-size" ? [] : [0],
					summary: `${title}: ${rows.length} rows, ${series.join(", ")}. Status: ${status}.`,
				},
				width,
			),
	};
}

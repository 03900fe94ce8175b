/** The Recipe panel: what the paper advises on making the data, each with whether its rows bear it out. */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { drawCurveChart } from "./curve-chart.ts";
import { drawDotPlot } from "./dot-plot.ts";
import type { Figure } from "./figure.ts";
import { withInterval } from "./units.ts";

type Finding = ScorePanelMessage["analyses"]["recipe"][number];

export function recipeFigures(message: ScorePanelMessage): Figure[] {
	return message.analyses.recipe.flatMap((finding) => [
		figureOf(finding),
		...(finding.name === "data-size" ? [ownCurves(message)] : []),
	]);
}

/** What more rows brought on one's own data: students on nested samples. */
function ownCurves({ curves, teachers, languages, studentBases }: ScorePanelMessage): Figure {
	const spoken = (code: string) => languages.find((one) => one.code === code)?.name ?? code;
	const series = curves.map((curve) => {
		const teacher = teachers.find(({ name }) => name === curve.teacher)?.label ?? curve.teacher;
		const base = studentBases.find(({ name }) => name === curve.studentBase)?.label ?? curve.studentBase;
		const label = `${teacher}, ${spoken(curve.language)}${curve.isPractice ? " (practice)" : ""}`;
		return { label, base, dataset: curve.dataset, points: curve.points };
	});
	return {
		name: "own-curves",
		title: "Data size, your own students",
		status: curves.length === 0 ? "no rows yet" : "measured here",
		remark:
			curves.length === 0
				? "Draw nested samples of a dataset with `polyglot curve --data FILE --sizes 300,1000,3000`, train and evaluate a student on each: its learning curve appears here."
				: "Each student was trained on a sample that contains all smaller ones. Vertical lines are 95 % intervals; where they overlap along the curve, more rows have not been shown to help.",
		sheet: {
			caption: "Results by number of training rows",
			columns: ["Student", "Student base", "Dataset", "Rows", "Result", "95 % interval"],
			rows: series.flatMap(({ label, base, dataset, points }) =>
				points.map(({ rows, result, stderr }) => [
					label,
					base,
					dataset,
					String(rows),
					result,
					withInterval(result, stderr, 4),
				]),
			),
		},
		draw: (body, width) => drawCurveChart(body, series, width),
	};
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

/** The Data panel: which intrinsic qualities go together, and do they predict a student nobody has trained yet? */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import type { Choices } from "./choices.ts";
import { drawDotPlot } from "./dot-plot.ts";
import type { Figure } from "./figure.ts";
import { drawMatrix } from "./matrix.ts";
import { drawScatter } from "./scatter.ts";
import { fixed, signed } from "./units.ts";

export function dataFigures(message: ScorePanelMessage, choices: Choices): Figure[] {
	return [honestFigure(message), ...unseenFigure(message, choices), loadingsFigure(message)];
}

const series = ["in sample", "unseen teacher", "unseen language"] as const;

function honestFigure({ analyses }: ScorePanelMessage): Figure {
	const rows = analyses.data.predictions.map(({ target, r2, r2LeaveTeacherOut, r2LeaveLanguageOut }) => ({
		label: target,
		dots: [
			{ series: series[0], value: r2 },
			{ series: series[1], value: r2LeaveTeacherOut },
			{ series: series[2], value: r2LeaveLanguageOut },
		],
	}));
	return {
		name: "honest-r2",
		title: "How far the four metrics predict",
		remark:
			"R² of least squares on prompt and response diversity, rubric score and −ln(1 + perplexity). Below 0 is worse than the mean. PG-Score contains z, which is made of the same four metrics: only the rows of the result are a fair test, and within a language nothing is predicted.",
		sheet: {
			caption: "R² in sample and left out",
			columns: ["Target", "Rows", "In sample", "Unseen teacher", "Unseen language", "RMSE"],
			rows: analyses.data.predictions.map((one) => [
				one.target,
				String(one.n),
				one.r2,
				one.r2LeaveTeacherOut,
				one.r2LeaveLanguageOut,
				one.rmse,
			]),
		},
		draw: (body, width) =>
			drawDotPlot(
				body,
				{
					rows,
					series,
					axis: "R²",
					include: [0, 1],
					summary: rows
						.map(
							({ label, dots }) => `${label}: ${dots.map((dot) => `${dot.series} ${fixed(dot.value, 2)}`).join(", ")}`,
						)
						.join("; "),
				},
				width,
			),
	};
}

function unseenFigure({ analyses, teachers, languages }: ScorePanelMessage, { target }: Choices): Figure[] {
	const found = analyses.data.predictions.find((one) => one.target === target) ?? analyses.data.predictions[0];
	if (!found) return [];
	const name = (teacher: string) => teachers.find((one) => one.name === teacher)?.label ?? teacher;
	const spoken = (code: string) => languages.find((one) => one.code === code)?.name ?? code;
	const points = found.points.map(({ teacher, language, actual, predicted }) => ({
		x: predicted,
		y: actual,
		label: "",
		tip: `${name(teacher)}, ${spoken(language)}: ${fixed(actual, 3)}, predicted ${fixed(predicted, 3)}`,
	}));
	return [
		{
			name: "unseen-teachers",
			title: `${found.target}: predicted against actual, each teacher unseen`,
			remark: `Every point is predicted by a model fitted without its teacher. R² ${signed(found.r2LeaveTeacherOut, 2)}, ${found.n} rows; two rows without a stored perplexity are left out.`,
			sheet: {
				caption: "Predicted and actual",
				columns: ["Teacher", "Language", "Predicted", "Actual"],
				rows: found.points.map((point) => [name(point.teacher), spoken(point.language), point.predicted, point.actual]),
			},
			draw: (body, width) =>
				drawScatter(
					body,
					{
						points,
						xTitle: "predicted",
						yTitle: "actual",
						hasDiagonal: true,
						summary: `Predicted against actual ${found.target} of ${found.n} rows`,
					},
					width,
				),
		},
	];
}

function loadingsFigure({ analyses }: ScorePanelMessage): Figure {
	const { components, features } = analyses.data;
	const rows = components.map(({ ratio }, k) => `Component ${k + 1} (${(100 * ratio).toFixed(0)} %)`);
	const cells = components.map(({ loadings }, k) =>
		loadings.map((value, j) => ({ value, tip: `Component ${k + 1}, ${features[j]}: ${signed(value, 3)}` })),
	);
	return {
		name: "loadings",
		title: "What the metrics have in common",
		remark:
			"Principal components of the four metrics (share of variance in brackets). Response diversity, rubric and perplexity move together; prompt diversity stands alone.",
		sheet: {
			caption: "Loadings",
			columns: ["Component", "Share of variance", ...features],
			rows: components.map(({ ratio, loadings }, k) => [String(k + 1), ratio, ...loadings]),
		},
		draw: (body, width) =>
			drawMatrix(
				body,
				{
					rows,
					columns: features,
					cells,
					most: 1,
					digits: 2,
					isSigned: true,
					summary: "Loadings of four components on four metrics",
				},
				width,
			),
	};
}

/** The Teachers panel: does size, family or the student decide which teacher is good? */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import type { Choices } from "./choices.ts";
import type { Figure } from "./figure.ts";
import { drawMatrix } from "./matrix.ts";
import { drawScatter } from "./scatter.ts";
import { fixed, signed, unknown } from "./units.ts";

export function teachersFigures(message: ScorePanelMessage, { studentBase }: Choices): Figure[] {
	return [sizeFigure(message, studentBase), familyFigure(message), agreementFigure(message)];
}

function sizeFigure({ analyses, teachers, studentBases }: ScorePanelMessage, base: string): Figure {
	const { means, fits, languages } = analyses.teachers;
	const label = studentBases.find(({ name }) => name === base)?.label ?? base;
	const rows = teachers.flatMap(({ name, label: teacher, family, sizeB }) => {
		const mean = means.find((one) => one.teacher === name && one.studentBase === base);
		return mean ? [{ teacher, family, sizeB, pg: mean.pg }] : [];
	});
	const points = rows.flatMap(({ teacher, sizeB, pg }) =>
		sizeB === null
			? []
			: [{ x: sizeB, y: pg, label: teacher, tip: `${teacher}: ${sizeB} B, mean PG-Score ${fixed(pg, 3)}` }],
	);
	const fit = fits.map(
		({ predictor, beta, stderr, p, rows: n, groups }) =>
			`${predictor}: β ${signed(beta, 3)} ± ${(1.96 * stderr).toFixed(3)}, p ${fixed(p, 2)} (${n} rows, ${groups} teachers)`,
	);
	return {
		name: "size",
		title: `Size against score, students on ${label}`,
		remark: `Mean PG-Score over ${languages.join(", ")}. Mixed model over all OLMo rows, languages fixed, teachers random: ${fit.join("; ")}. With so few teachers this is absence of evidence, not evidence that size does not matter. Teachers of unknown size are in the table only.`,
		sheet: {
			caption: "Size and mean PG-Score",
			columns: ["Teacher", "Family", "Size, billions", "Mean PG-Score"],
			rows: rows.map(({ teacher, family, sizeB, pg }) => [teacher, family, sizeB, pg]),
		},
		draw: (body, width) =>
			drawScatter(
				body,
				{
					points,
					xTitle: "billions of parameters, log scale",
					yTitle: "mean PG-Score",
					isLogX: true,
					summary: `Size against mean PG-Score of ${points.length} teachers; no clear relation.`,
				},
				width,
			),
	};
}

function familyFigure({ analyses, teachers, studentBases }: ScorePanelMessage): Figure {
	const { means, family, languages } = analyses.teachers;
	const rows = teachers.filter(({ name }) => means.some((mean) => mean.teacher === name));
	const cells = rows.map((teacher) =>
		studentBases.map((base) => {
			const mean = means.find((one) => one.teacher === teacher.name && one.studentBase === base.name);
			if (!mean) return undefined;
			const tip = `${teacher.label} on ${base.label}: mean PG-Score ${fixed(mean.pg, 3)}, net of teacher and student ${signed(mean.net, 3)}${mean.isMatched ? "; same family" : ""}`;
			return { value: mean.net, tip, isMarked: mean.isMatched };
		}),
	);
	const columns = studentBases.filter((_base, k) => cells.some((line) => line[k])).map(({ label }) => label);
	const effect = family
		? `The ${family.matched} outlined cells of one family average ${signed(family.pg, 3)} PG and ${signed(family.result, 4)} accuracy.`
		: "";
	return {
		name: "family",
		title: "Teacher and student, net of how good the teacher and how easy the student is",
		remark: `Mean PG-Score over ${languages.join(", ")} less its row and column means. ${effect}`,
		sheet: {
			caption: "Mean PG-Score by teacher and student base",
			columns: ["Teacher", "Student base", "Mean PG-Score", "Net", "Mean result", "Same family"],
			rows: means.map((mean) => [
				teachers.find(({ name }) => name === mean.teacher)?.label ?? mean.teacher,
				studentBases.find(({ name }) => name === mean.studentBase)?.label ?? mean.studentBase,
				mean.pg,
				mean.net,
				mean.result,
				mean.isMatched ? "yes" : "no",
			]),
		},
		draw: (body, width) =>
			drawMatrix(
				body,
				{
					rows: rows.map(({ label }) => label),
					columns,
					cells,
					most: 0.5,
					digits: 2,
					isSigned: true,
					summary: `Net scores of ${rows.length} teachers on ${columns.length} student bases. ${effect}`,
				},
				width,
			),
	};
}

function agreementFigure({ analyses, studentBases }: ScorePanelMessage): Figure {
	const { correlations, languages } = analyses.teachers;
	const bases = studentBases.filter(({ name }) => correlations.some(({ a, b }) => a === name || b === name));
	const label = (name: string) => studentBases.find((base) => base.name === name)?.label ?? name;
	const cells = bases.slice(1).map((row, k) =>
		bases.slice(0, -1).map((column, j) => {
			const found = correlations.find(
				({ a, b }) => (a === column.name && b === row.name) || (b === column.name && a === row.name),
			);
			if (!found || j > k) return undefined;
			return {
				value: found.rho,
				tip: `${column.label} and ${row.label}: Spearman ρ ${fixed(found.rho, 3)}, p ${fixed(found.p, 3)}, ${found.n} teachers`,
			};
		}),
	);
	return {
		name: "agreement",
		title: "Do student bases agree on the order of teachers?",
		remark: `Spearman’s ρ between mean PG-Scores over ${languages.join(", ")}, ten teachers each. Three pairs agree with the paper’s Figure 2 (0.87, 0.60, 0.68), three do not (0.63, 0.65, 0.57 are printed).`,
		sheet: {
			caption: "Rank correlations between student bases",
			columns: ["Student base", "Student base ", "Spearman ρ", "p", "Teachers"],
			rows: correlations.map(({ a, b, rho, p, n }) => [label(a), label(b), rho ?? unknown, p ?? unknown, String(n)]),
		},
		draw: (body, width) =>
			drawMatrix(
				body,
				{
					rows: bases.slice(1).map((base) => base.label),
					columns: bases.slice(0, -1).map((base) => base.label),
					cells,
					most: 1,
					digits: 2,
					isSigned: false,
					summary: "Rank correlations between student bases",
				},
				width,
			),
	};
}

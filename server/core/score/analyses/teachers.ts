/** Do size, benchmarks, family or the student decide which teacher is good? */
import { finite } from "../finite.ts";
import { type MixedEffects, mixedEffects } from "../mixed-effects.ts";
import type { Published } from "../published.ts";
import type { ScoreRow } from "../rows.ts";
import { meanOf, spearman } from "../spearman.ts";
import type { TeacherAnalysis } from "./message.ts";

const families: Readonly<Record<string, string>> = { "gemma3-4b": "Gemma", "llama3-8b": "Llama", "qwen3-8b": "Qwen" };

export function analyseTeachers(published: Published): TeacherAnalysis {
	const bases = [...new Set(published.scores.map((row) => row.student_base))];
	const languages = sharedLanguages(published.scores, bases);
	const rows = published.scores.filter((row) => languages.includes(row.target_lang));
	const cells = [...Map.groupBy(rows, (row) => JSON.stringify([row.teacher_model, row.student_base])).values()].flatMap(
		(group) => cellOf(group, published),
	);
	const means = cells.map((cell) => ({ ...cell, net: netOf(cell, cells, "pg") }));
	return {
		languages,
		means,
		correlations: bases.flatMap((a, index) => bases.slice(index + 1).map((b) => ({ a, b, ...agreement(cells, a, b) }))),
		family: familyOf(cells),
		fits: fitsOf(published),
	};
}

interface Cell {
	readonly teacher: string;
	readonly studentBase: string;
	readonly pg: number;
	readonly result: number;
	readonly isMatched: boolean;
}

function cellOf(group: readonly ScoreRow[], { teachers }: Published): Cell[] {
	const first = group[0];
	const pg = group.flatMap((row) => finite(row.pg_score) ?? []);
	const result = group.flatMap((row) => finite(row.result) ?? []);
	if (!first || pg.length < group.length || result.length < group.length) return [];
	const family = teachers.find(({ teacher_model }) => teacher_model === first.teacher_model)?.family;
	return [
		{
			teacher: first.teacher_model,
			studentBase: first.student_base,
			pg: meanOf(pg),
			result: meanOf(result),
			isMatched: family !== undefined && family === families[first.student_base],
		},
	];
}

function netOf(cell: Cell, cells: readonly Cell[], column: "pg" | "result"): number {
	const mean = (of: (other: Cell) => boolean) => meanOf(cells.filter(of).map((other) => other[column]));
	return (
		cell[column] -
		mean(({ teacher }) => teacher === cell.teacher) -
		mean(({ studentBase }) => studentBase === cell.studentBase) +
		mean(() => true)
	);
}

function familyOf(cells: readonly Cell[]): TeacherAnalysis["family"] {
	const matched = cells.filter(({ isMatched }) => isMatched);
	if (matched.length === 0) return null;
	return {
		pg: meanOf(matched.map((cell) => netOf(cell, cells, "pg"))),
		result: meanOf(matched.map((cell) => netOf(cell, cells, "result"))),
		matched: matched.length,
	};
}

function agreement(cells: readonly Cell[], a: string, b: string) {
	const teachers = [...new Set(cells.map(({ teacher }) => teacher))];
	const on = (base: string) =>
		teachers.map((teacher) => cells.find((cell) => cell.teacher === teacher && cell.studentBase === base)?.pg ?? null);
	return spearman(on(a), on(b));
}

function sharedLanguages(rows: readonly ScoreRow[], bases: readonly string[]): string[] {
	const has = (base: string, language: string) =>
		rows.some((row) => row.student_base === base && row.target_lang === language);
	return [...new Set(rows.map((row) => row.target_lang))].filter((language) =>
		bases.every((base) => has(base, language)),
	);
}

/** Table 3 with languages as fixed effects, over the rows of the first student base. */
function fitsOf({ scores, teachers, benchmarks }: Published): TeacherAnalysis["fits"] {
	const base = scores[0]?.student_base;
	const groups = [
		...Map.groupBy(
			scores.filter((row) => row.student_base === base),
			(row) => row.teacher_model,
		),
	];
	// Languages differ in difficulty and in the direction of their gap, so each is an effect of its own.
	const fitOn = (xOf: (teacher: string) => number | null) =>
		mixedEffects(
			groups.flatMap(([teacher, rows]) => {
				const x = xOf(teacher);
				const known = rows.filter((row) => finite(row.pg_score) !== null);
				if (x === null || known.length === 0) return [];
				const values = known.map((row) => row.pg_score ?? Number.NaN);
				return [{ x, scores: values, languages: known.map((row) => row.target_lang) }];
			}),
		);
	const sizeOf = (name: string) => teachers.find(({ teacher_model }) => teacher_model === name)?.size_b_code ?? null;
	const size = fitOn((name) => logOf(sizeOf(name)));
	const benchmark = fitOn((name) => benchmarks.find(({ teacher_model }) => teacher_model === name)?.avg_all ?? null);
	return [...named("ln(size in billions)", size), ...named("mean benchmark accuracy", benchmark)];
}

function named(predictor: string, fit: MixedEffects | null): TeacherAnalysis["fits"] {
	if (!fit) return [];
	const { beta, stderr, pT, rows, groups } = fit;
	return [{ predictor, beta, stderr, p: pT, rows, groups }];
}

function logOf(value: number | null): number | null {
	return value === null ? null : Math.log(value);
}

/** What the form of *Generate Samples* holds, as it was typed: what is wrong with it, and the cells it asks for. */
import * as z from "zod/mini";
import { Strategy } from "../sample-row.ts";
import { type Cell, equalShares } from "./plan.ts";
import { languageName } from "./system-prompts.ts";

export const GenerationDraft = z.object({
	teachers: z.array(z.string()),
	languages: z.array(z.string()),
	strategies: z.array(Strategy),
	/** Accepted samples of each teacher in each language, shared equally over the strategies. */
	each: z.string(),
	/** Cells with a count of their own, by `cellName`. */
	own: z.record(z.string(), z.string()),
	/** Absolute paths, or `practiceSeeds`. */
	seeds: z.array(z.string()),
	/** Relative to the workspace; null takes the suggested name. */
	output: z.nullable(z.string()),
	/** Empty for none. */
	budget: z.string(),
	acceptByChecks: z.boolean(),
	reuse: z.boolean(),
	probe: z.boolean(),
});
export type GenerationDraft = z.infer<typeof GenerationDraft>;

/** Stands for the seeds shipped with the product, in whichever languages the draft needs. */
export const practiceSeeds = "practice";
export const largestCount = 9_999_999;

type CellPlace = Pick<Cell, "teacher" | "language" | "strategy">;

export const cellName = ({ teacher, language, strategy }: CellPlace): string => `${teacher}/${language}/${strategy}`;

/** Every cell of the grid with its count as typed: its own, else its equal share. */
export function draftGrid(draft: GenerationDraft): (CellPlace & { readonly count: string })[] {
	const each = wholeNumber(draft.each);
	const shares = new Map(equalShares(each ?? 0, draft.strategies).map(({ strategy, target }) => [strategy, target]));
	return draft.teachers.flatMap((teacher) =>
		draft.languages.flatMap((language) =>
			draft.strategies.map((strategy) => {
				const place = { teacher, language, strategy };
				const share = each === undefined ? "" : String(shares.get(strategy) ?? 0);
				return { ...place, count: draft.own[cellName(place)] ?? share };
			}),
		),
	);
}

/** The cells that ask for something. Counts that are no numbers ask for nothing; `draftProblems` names them. */
export function draftCells(draft: GenerationDraft): Cell[] {
	return draftGrid(draft)
		.map(({ count, ...place }) => ({ ...place, target: wholeNumber(count) ?? 0 }))
		.filter(({ target }) => target > 0);
}

/** What a problem is about: a field of the form, or one cell of the grid by its name. */
export interface DraftProblem {
	readonly field: string;
	readonly message: string;
}

/** A teacher as far as money is concerned. */
export interface PricedTeacher {
	readonly name: string;
	readonly isPractice: boolean;
	/** Of its price; null where it has none. */
	readonly currency: string | null;
}

/** In the order of the form. */
export function draftProblems(draft: GenerationDraft, teachers: readonly PricedTeacher[]): DraftProblem[] {
	return [
		...missing(draft),
		...countProblems(draft),
		...(draft.output === null ? [] : outputProblems(draft.output.trim())),
		...budgetProblems(draft, teachers),
	];
}

function outputProblems(output: string): DraftProblem[] {
	if (!/[^/\\]\.jsonl$/.test(output))
		return [{ field: "output", message: "Name a file that ends in .jsonl, such as samples.jsonl." }];
	const isOutside = /^([/\\~]|[a-z]:)/i.test(output) || output.split(/[/\\]/).includes("..");
	return isOutside ? [{ field: "output", message: "Name a file inside the workspace, without .. and drive." }] : [];
}

/** A name that no file has: after the languages where they are few. */
export function suggestedOutput({ languages }: GenerationDraft, existing: readonly string[]): string {
	const stem = ["samples", ...(languages.length <= 3 ? languages : [])].join(".");
	for (let number = 1; ; number++) {
		const name = number === 1 ? `${stem}.jsonl` : `${stem}-${number}.jsonl`;
		if (!existing.includes(name)) return name;
	}
}

function missing({ teachers, languages, strategies, seeds }: GenerationDraft): DraftProblem[] {
	const wanted = { teachers, languages, strategies, seeds };
	const names = { teachers: "teacher", languages: "language", strategies: "strategy", seeds: "seed file" };
	return (Object.keys(names) as (keyof typeof names)[])
		.filter((field) => wanted[field].length === 0)
		.map((field) => ({ field, message: `Choose at least one ${names[field]}.` }));
}

function countProblems(draft: GenerationDraft): DraftProblem[] {
	const range = `a whole number from 0 to ${largestCount.toLocaleString("en")}`;
	if (wholeNumber(draft.each) === undefined)
		return [{ field: "each", message: `${quotedInput(draft.each)} is not ${range}.` }];
	const grid = draftGrid(draft);
	const wrong = grid.filter(({ count }) => wholeNumber(count) === undefined);
	const problems = wrong.map((cell) => ({
		field: cellName(cell),
		message: `${cell.teacher}, ${languageName(cell.language)}, ${cell.strategy}: ${quotedInput(cell.count)} is not ${range}.`,
	}));
	if (problems.length > 0 || grid.length === 0 || draftCells(draft).length > 0) return problems;
	return [{ field: "each", message: "All counts are 0, so there is nothing to ask for." }];
}

function budgetProblems({ budget, teachers: chosen }: GenerationDraft, teachers: readonly PricedTeacher[]) {
	if (budget.trim() === "") return [];
	if (!(Number(budget) > 0))
		return [
			{ field: "budget", message: `${quotedInput(budget)} is not an amount above 0; leave it empty for no cap.` },
		];
	const asked = teachers.filter(({ name, isPractice }) => chosen.includes(name) && !isPractice);
	const currencies = new Set(asked.map(({ currency }) => currency));
	const unpriced = asked.filter(({ currency }) => currency === null).map(({ name }) => name);
	if (unpriced.length > 0)
		return [
			{ field: "budget", message: `A cap cannot be held: polyglot.json has no price for ${unpriced.join(", ")}.` },
		];
	if (currencies.size > 1)
		return [
			{
				field: "budget",
				message: `A cap needs prices in one currency; these are in ${[...currencies].join(" and ")}.`,
			},
		];
	return [];
}

/** The currency of the chosen teachers' prices; null where none has one, since practice costs nothing. */
export function draftCurrency(
	{ teachers: chosen }: GenerationDraft,
	teachers: readonly PricedTeacher[],
): string | null {
	return teachers.find(({ name, currency }) => chosen.includes(name) && currency !== null)?.currency ?? null;
}

function wholeNumber(text: string): number | undefined {
	return /^\d{1,7}$/.test(text.trim()) ? Number(text) : undefined;
}

const quotedInput = (text: string) => (text.trim() === "" ? "An empty field" : `“${text.trim().slice(0, 20)}”`);

/**
 * Languages whose shipped seeds the cells need. Translation draws from another language: English, or Spanish where
 * English itself is wanted.
 */
export function practiceSeedLanguages(cells: readonly CellPlace[], shipped: readonly string[]): string[] {
	const own = cells.filter(({ strategy }) => strategy !== "translate").map(({ language }) => language);
	const pivots = cells
		.filter(({ strategy }) => strategy === "translate")
		.map(({ language }) => (language === "en" ? "es" : "en"));
	return [...new Set([...own, ...pivots])].filter((language) => shipped.includes(language)).sort();
}

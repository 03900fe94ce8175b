/** What the panel of *Measure Dataset* holds as it is typed, what is wrong with it in words, and the wish it comes to. */
import * as z from "zod/mini";
import { MeasureWish } from "./measure-wish.ts";
import { groupKeys } from "./measured-sample.ts";

export const MeasureDraft = z.object({
	/** Relative to the workspace, or absolute. */
	files: z.array(z.string()),
	by: z.array(z.enum(groupKeys)),
	/** Rows of each group; empty measures every row. */
	size: z.string(),
	seed: z.string(),
	/** Of rows that state none; empty for none. */
	language: z.string(),
	embeddings: z.string(),
	judges: z.array(z.string()),
	/** Empty for none. */
	scorer: z.string(),
	/** Path of a tokenizer.json; empty estimates tokens. */
	tokenizer: z.string(),
	/** Such as `5 EUR`; empty for no cap. */
	budget: z.string(),
	hasNoise: z.boolean(),
	isPaperCompatible: z.boolean(),
});
export type MeasureDraft = z.infer<typeof MeasureDraft>;

export const emptyMeasureDraft: MeasureDraft = {
	files: [],
	by: ["teacher", "language"],
	size: "",
	seed: "0",
	language: "",
	embeddings: "lexical",
	judges: [],
	scorer: "",
	tokenizer: "",
	budget: "",
	hasNoise: true,
	isPaperCompatible: false,
};

export interface DraftProblem {
	readonly field: keyof MeasureDraft;
	readonly message: string;
}

export function measureDraftProblems(draft: MeasureDraft): DraftProblem[] {
	const problem = (field: keyof MeasureDraft, isWrong: boolean, message: string) =>
		isWrong ? [{ field, message }] : [];
	const number = (text: string, least: number) => /^\d{1,15}$/.test(text.trim()) && Number(text) >= least;
	return [
		...problem("files", draft.files.length === 0, "Choose at least one file."),
		...problem("size", draft.size.trim() !== "" && !number(draft.size, 1), "A whole number of at least 1, or nothing."),
		...problem("seed", !number(draft.seed, 0), "A whole number of at least 0."),
		...problem(
			"language",
			!/^(?:[a-zA-Z]{2,3}(?:[-_]\w{1,16})*)?$/.test(draft.language.trim()),
			"A language code such as de, or nothing.",
		),
		...problem("embeddings", draft.embeddings.trim() === "", "Name who embeds; lexical asks nobody."),
		...problem(
			"budget",
			budgetOf(draft.budget) === null,
			"An amount above 0 and a currency, such as 5 EUR, or nothing.",
		),
	];
}

/** Throws for a draft with problems. */
export function wishOfDraft(draft: MeasureDraft): MeasureWish {
	const { files, by, hasNoise, isPaperCompatible, judges } = draft;
	const [language, scorer, tokenizer] = [draft.language, draft.scorer, draft.tokenizer].map((text) => text.trim());
	const budget = budgetOf(draft.budget);
	return MeasureWish.parse({
		...{ files, by, hasNoise, isPaperCompatible, judges, embeddings: draft.embeddings.trim(), hasDetails: true },
		draw: draft.size.trim() === "" ? null : { size: Number(draft.size), seed: Number(draft.seed) },
		scorer: scorer || null,
		tokenizer: tokenizer || null,
		...(language ? { language } : {}),
		...(budget ? { budget } : {}),
	});
}

/** Undefined for none, null for what is no budget. */
function budgetOf(text: string): { amount: number; currency: string } | null | undefined {
	if (text.trim() === "") return undefined;
	const [, amount, currency] = /^(\d+(?:\.\d+)?) ?([A-Z]{3})$/.exec(text.trim()) ?? [];
	if (amount === undefined || currency === undefined || Number(amount) <= 0) return null;
	return { amount: Number(amount), currency };
}

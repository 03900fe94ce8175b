/** The arguments of `polyglot measure`. */
import { parseArgs } from "node:util";
import type { MeasureSettings } from "../core/measure/measure-settings.ts";
import { MeasureWish } from "../core/measure/measure-wish.ts";
import { type GroupKey, groupKeys } from "../core/measure/measured-sample.ts";
import { UserError } from "../core/problem.ts";
import type { Budget } from "../core/project.ts";

export const measureUsage = `Usage: polyglot measure FILE… [--by teacher,language] [--subsample N [--seed S]] [--embeddings lexical|URL#MODEL]
       [--judge TEACHER…] [--scorer URL#MODEL] [--estimate] [--format text|json|intrinsic|samples]

Measures samples by group: diversity (distinct_ri) of prompts and responses beside duplicates and mean lengths, a judge's
rubric, perplexity. Every number comes with how many samples it rests on, how many are missing, and what measured it.

  --by KEYS           teacher, language, strategy, source, with commas; default teacher,language; none = all rows as one
  --subsample N       measure N rows of each group, equal shares of every strategy, drawn by --seed (default 0)
  --write-sample F    write the measured rows to the new file F, to train on the very rows measured
  --lang xx           language of rows that state none
  --embeddings E      lexical (default): offline, by spelling, for a first look; or an /embeddings endpoint and its model
  --judge TEACHER     a teacher of polyglot.json, URL#MODEL or practice-judge rates each response from 1 to 5; repeat it for
                      agreement; people's ratings in .polyglot/review.jsonl calibrate it
  --rubric F          a text file in place of our rubric; polyglot.json may hold one for each language (measure.rubrics)
  --scorer S          who gives log-probabilities for perplexity, tested before it is believed: URL#MODEL of a completions
                      endpoint with echo, such as vLLM; tgi:URL#MODEL; trainer:MODEL, on the GPU machine of polyglot.json
  --paper-compatible  perplexity as the authors average it: over batches of 8 rows, prompt and response joined by nothing
  --tokenizer F       the tokenizer.json lengths in tokens are counted with; without one they are an estimate
  --noise             bits per character of responses by a spelling model of the file itself, offline; sees no fluency
  --offline           ask nobody, whatever polyglot.json names
  --keep              append the rows to .polyglot/intrinsic.jsonl, where scores find them
  --estimate          say what would be asked and what it would cost, and ask nobody
  --budget "5 EUR"    stop asking before more is spent; every backend then needs a price in polyglot.json
  --format F          text (default); json: one object; intrinsic: one row a line, for polyglot score --intrinsic;
                      samples: one measured sample a line, with what it adds to its group

Embeddings and scorer may be a teacher of polyglot.json as well. What is left out is taken from its \`measure\`.
What endpoints measured is kept in .polyglot/cache/ by content: measuring again asks only about rows that changed.
Attempts and money are in .polyglot/measurements/; a measurement that was killed goes on where it was.
Keys: POLYGLOT_KEY_<TEACHER>, for URL#MODEL POLYGLOT_KEY_EMBEDDINGS, _JUDGE and _SCORER; OPENAI_API_KEY goes to api.openai.com only.
Exit code: 0; 2 = arguments, files or endpoints can't be used, or the budget is used up.
`;

export interface MeasureArguments {
	readonly isHelp: boolean;
	/** What was said, without what was not. */
	readonly wish: Partial<MeasureWish>;
	readonly files: readonly string[];
	readonly sampleFile: string | null;
	readonly rubricFile: string | null;
	readonly isEstimate: boolean;
	readonly isKept: boolean;
	/** The project's usual backends are not asked. */
	readonly isOffline: boolean;
	readonly format: "text" | "json" | "intrinsic" | "samples";
}

/** Throws `UserError` naming the argument that can't be used. */
export function parseMeasureArguments(args: string[]): MeasureArguments {
	const { values, positionals } = parsed(args);
	const by = groupBy(values.by);
	const format = formatOf(values.format);
	if (format === "intrinsic" && !(by.includes("teacher") && by.includes("language")))
		throw new UserError("usage", "--format intrinsic is by teacher and language; give both to --by.");
	const language = languageOf(values.lang);
	return {
		isHelp: values.help === true,
		files: positionals,
		sampleFile: values["write-sample"] ?? null,
		rubricFile: values.rubric ?? null,
		isEstimate: values.estimate === true,
		isKept: values.keep === true,
		isOffline: values.offline === true,
		format,
		wish: {
			by,
			draw: drawOf(values.subsample, values.seed),
			hasNoise: values.noise === true,
			isPaperCompatible: values["paper-compatible"] === true,
			hasDetails: format === "samples",
			...(language === undefined ? {} : { language }),
			...(values.embeddings === undefined ? {} : { embeddings: values.embeddings }),
			...(values.judge === undefined ? {} : { judges: values.judge }),
			...(values.scorer === undefined ? {} : { scorer: values.scorer }),
			...(values.tokenizer === undefined ? {} : { tokenizer: values.tokenizer }),
			...(values.budget === undefined ? {} : { budget: budgetOf(values.budget) }),
		},
	};
}

/** What was asked for, with the project's usual backends where nothing was said. */
export function wishOf({ wish, files, isOffline }: MeasureArguments, settings: MeasureSettings = {}): MeasureWish {
	const { rubrics: _, ...usual } = settings;
	const asked = wish.embeddings ?? wish.judges?.[0] ?? wish.scorer ?? null;
	if (isOffline && asked !== null && asked !== "lexical")
		throw new UserError(
			"usage",
			`--offline asks nobody, and so not ${asked.replace(/\/\/[^/]*@/u, "//…@")}; leave one of them out.`,
		);
	const { tokenizer } = usual;
	const chosen = isOffline ? (tokenizer === undefined ? {} : { tokenizer }) : usual;
	return MeasureWish.parse({ ...chosen, ...wish, files: [...files] });
}

function parsed(args: string[]) {
	const text = { type: "string" } as const;
	const flag = { type: "boolean" } as const;
	try {
		return parseArgs({
			args,
			allowPositionals: true,
			options: {
				by: { type: "string", default: "teacher,language" },
				subsample: text,
				seed: text,
				"write-sample": text,
				lang: text,
				embeddings: text,
				judge: { type: "string", multiple: true },
				rubric: text,
				scorer: text,
				tokenizer: text,
				budget: text,
				noise: flag,
				estimate: flag,
				keep: flag,
				offline: flag,
				"paper-compatible": flag,
				format: { type: "string", default: "text" },
				help: { type: "boolean", short: "h" },
			},
		});
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot measure --help.`);
	}
}

function groupBy(list: string): GroupKey[] {
	const wanted = list === "none" ? [] : list.split(",").map((key) => key.trim());
	const unknown = wanted.find((key) => !groupKeys.some((known) => known === key));
	if (unknown !== undefined)
		throw new UserError("usage", `--by ${list}: "${unknown}" is none of ${groupKeys.join(", ")} (or none).`);
	return groupKeys.filter((key) => wanted.includes(key));
}

function formatOf(format: string): MeasureArguments["format"] {
	if (format === "text" || format === "json" || format === "intrinsic" || format === "samples") return format;
	throw new UserError("usage", `--format ${format}: choose text, json, intrinsic or samples.`);
}

export function drawOf(size: string | undefined, seed: string | undefined): MeasureWish["draw"] {
	if (size === undefined) {
		if (seed !== undefined) throw new UserError("usage", "--seed goes with --subsample.");
		return null;
	}
	return { size: wholeNumber("--subsample", size, 1), seed: wholeNumber("--seed", seed ?? "0", 0) };
}

function wholeNumber(name: string, text: string, least: number): number {
	const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
	if (!(value >= least)) throw new UserError("usage", `${name} ${text}: give a whole number of at least ${least}.`);
	return value;
}

function languageOf(language: string | undefined): string | undefined {
	if (language !== undefined && !/^[a-zA-Z]{2,3}(?:[-_]\w{1,16})*$/.test(language))
		throw new UserError("usage", `--lang ${language}: give a language code such as de.`);
	return language;
}

function budgetOf(text: string): Budget {
	const [, amount, currency] = /^(\d+(?:\.\d+)?) ?([A-Z]{3})$/.exec(text.trim()) ?? [];
	if (amount === undefined || currency === undefined || Number(amount) <= 0)
		throw new UserError("usage", `--budget ${text}: give an amount above 0 and a currency, such as "5 EUR".`);
	return { amount: Number(amount), currency };
}

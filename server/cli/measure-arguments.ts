/** The arguments of `polyglot measure`. */
import { parseArgs } from "node:util";
import { type GroupKey, groupKeys } from "../core/measure/measured-sample.ts";
import { UserError } from "../core/problem.ts";
import type { Draw } from "../node/measure-sample.ts";

export const measureUsage = `Usage: polyglot measure FILE… [--by teacher,language] [--subsample N [--seed S]] [--embeddings lexical|URL#MODEL]
       [--judge TEACHER…] [--scorer URL#MODEL] [--format text|json|intrinsic]

Measures samples by group: diversity (distinct_ri) of prompts and responses beside duplicates and mean lengths, a judge's
rubric, perplexity. Every number comes with how many samples it rests on, how many are missing, and what measured it.

  --by KEYS           teacher, language, strategy, source, with commas; default teacher,language; none = all rows as one
  --subsample N       measure N rows of each group, equal shares of every strategy, drawn by --seed (default 0)
  --write-sample F    write the measured rows to the new file F, to train on the very rows measured
  --lang xx           language of rows that state none
  --embeddings E      lexical (default): offline, by spelling, for a first look; or an /embeddings endpoint and its model
  --judge TEACHER     a teacher of polyglot.json, or practice-judge, rates each response from 1 to 5; repeat it for agreement
  --rubric F          a text file that replaces our own rubric
  --scorer URL#MODEL  a completions endpoint that echoes log-probabilities, such as vLLM; tested before it is believed
  --paper-compatible  perplexity as the authors average it: over batches of 8 rows, prompt and response joined by nothing
  --noise             bits per character of responses by a spelling model of the file itself, offline; sees no fluency
  --format F          text (default); json: one object; intrinsic: one row a line, for polyglot score --intrinsic

What endpoints measured is kept in .polyglot/cache/ by content: measuring again asks only about rows that changed.
Keys: POLYGLOT_KEY_<TEACHER>, POLYGLOT_KEY_EMBEDDINGS, POLYGLOT_KEY_SCORER; OPENAI_API_KEY goes to api.openai.com only.
Exit code: 0; 2 = arguments, files or endpoints can't be used.
`;

/** An endpoint and the model asked for there. */
export interface ModelAddress {
	readonly baseUrl: string;
	readonly model: string;
}

export interface MeasureArguments {
	readonly isHelp: boolean;
	readonly files: readonly string[];
	readonly by: readonly GroupKey[];
	readonly draw: Draw | null;
	readonly sampleFile: string | null;
	readonly language: string | null;
	/** Null for the lexical embedding. */
	readonly embeddings: ModelAddress | null;
	readonly judges: readonly string[];
	readonly rubricFile: string | null;
	readonly scorer: ModelAddress | null;
	readonly isPaperCompatible: boolean;
	readonly hasNoise: boolean;
	readonly format: "text" | "json" | "intrinsic";
}

/** Throws `UserError` naming the argument that can't be used. */
export function parseMeasureArguments(args: string[]): MeasureArguments {
	const { values, positionals } = parsed(args);
	const by = groupBy(values.by);
	const format = formatOf(values.format);
	if (format === "intrinsic" && !(by.includes("teacher") && by.includes("language")))
		throw new UserError("usage", "--format intrinsic is by teacher and language; give both to --by.");
	return {
		isHelp: values.help === true,
		files: positionals,
		by,
		draw: drawOf(values.subsample, values.seed),
		sampleFile: values["write-sample"] ?? null,
		language: languageOf(values.lang),
		embeddings: values.embeddings === "lexical" ? null : addressOf("--embeddings", values.embeddings),
		judges: values.judge ?? [],
		rubricFile: values.rubric ?? null,
		scorer: values.scorer === undefined ? null : addressOf("--scorer", values.scorer),
		hasNoise: values.noise === true,
		isPaperCompatible: values["paper-compatible"] === true,
		format,
	};
}

function parsed(args: string[]) {
	const text = { type: "string" } as const;
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
				embeddings: { type: "string", default: "lexical" },
				judge: { type: "string", multiple: true },
				rubric: text,
				scorer: text,
				noise: { type: "boolean" },
				"paper-compatible": { type: "boolean" },
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
	if (format === "text" || format === "json" || format === "intrinsic") return format;
	throw new UserError("usage", `--format ${format}: choose text, json or intrinsic.`);
}

function drawOf(size: string | undefined, seed: string | undefined): Draw | null {
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

function languageOf(language: string | undefined): string | null {
	if (language !== undefined && !/^[a-zA-Z]{2,3}(?:[-_]\w{1,16})*$/.test(language))
		throw new UserError("usage", `--lang ${language}: give a language code such as de.`);
	return language ?? null;
}

/** The same addresses that polyglot.json allows: no user, query or key in them. */
function addressOf(name: string, text: string): ModelAddress {
	const [, baseUrl, model] = /^(https?:\/\/[^\s?#@]+)#(\S{1,200})$/u.exec(text) ?? [];
	if (baseUrl === undefined || model === undefined || !URL.canParse(baseUrl))
		throw new UserError(
			"usage",
			`${name} ${text.replace(/\/\/[^/]*@/u, "//…@")}: give URL#MODEL, such as http://127.0.0.1:8000/v1#BAAI/bge-m3.`,
		);
	return { baseUrl, model };
}

/** The arguments of `polyglot generate`, and what its help says of them. */
import { parseArgs } from "node:util";
import { UserError } from "../core/problem.ts";

export const usage = `Usage: polyglot generate --teacher NAME… --lang xx[,…] --strategy generate|translate|respond[,…] --seeds FILE… --count N --out FILE
       polyglot generate --resume RUNID

Asks teachers for samples and appends the accepted ones to FILE. Progress goes to stderr, a summary to stdout. What is left out
is taken from \`generation\` of polyglot.json: there a whole grid of teachers, languages and strategies can be written down.

  --teacher NAME     a teacher of polyglot.json, or a practice teacher (practice-careful, practice-terse, practice-drifting); repeatable
  --base-url URL     an OpenAI-compatible endpoint to use without polyglot.json, with --model
  --model NAME       the model's name at that endpoint
  --lang xx          languages of the samples, ISO 639-1, with commas
  --strategy S       generate, translate, respond, or several with commas, in equal shares; default: generate
  --seeds FILE       seed file; repeatable
  --count N          accepted samples wanted of each teacher in each language
  --out FILE         JSONL file the samples are appended to
  --seed N           decides every draw; default 0
  --concurrency N    requests sent at once at most
  --budget N         pauses before more than this is spent, in the currency of the teachers' prices
  --batch            asks by OpenAI batch files: cheaper, answered within 24 hours; Ctrl+C leaves them at the provider, --resume collects
  --direct           with --resume: asks what is left directly
  --cancel-batches   with --resume: cancels open batches, keeps what they had answered, and pauses
  --estimate         shows requests, tokens, cost and time to expect, and sends nothing
  --accept RULE      checks (default where polyglot.json says nothing else): the annotator's checks must pass; valid: the answer's form is enough
  --fresh            asks again even where an earlier run has the answer to the same request
  --reuse-from URL   takes answers of the same models at another address as well; repeatable
  --project FILE     default: polyglot.json of the current folder, if there is one
  --resume RUNID     goes on with an interrupted run
  --rerun CAUSES     with --resume: asks again what was given up as truncated, invalid, language-mismatch, …; with commas
  --max-tokens N     tokens an answer may have; with --resume --rerun truncated only cut-off answers are asked again
  --keep-limit       gives a cut-off answer up at once; else it is asked again once, with twice the token limit
  --templates        prints the wording of requests in force, as \`templates\` for \`generation\` of polyglot.json, and sends nothing
  --curl RUNID       shows the last failed request of a run as a curl command, without the key, and its attempts on stderr
  --row KEY          with --curl: the request whose key begins so
  --format FORMAT    json or text (default) for the summary

A new run first sends each endpoint up to six small requests and one as long as its own, to find out what it keeps to.
Keys are read from POLYGLOT_KEY_<TEACHER>, such as POLYGLOT_KEY_GEMMA_3_27B; OPENAI_API_KEY goes to api.openai.com only.
Exit code: 0 = all targets reached, 1 = the run ended short, paused or was cancelled, 2 = unusable arguments or files.
`;

export type Values = ReturnType<typeof parsed>;

export function parsed(args: string[]) {
	const text = { type: "string" as const };
	const several = { type: "string" as const, multiple: true as const };
	try {
		const { values } = parseArgs({
			args,
			options: {
				teacher: several,
				"base-url": text,
				model: text,
				lang: text,
				strategy: text,
				seeds: several,
				count: text,
				out: text,
				seed: { ...text, default: "0" },
				concurrency: text,
				budget: text,
				batch: { type: "boolean" },
				direct: { type: "boolean" },
				"cancel-batches": { type: "boolean" },
				estimate: { type: "boolean" },
				accept: text,
				fresh: { type: "boolean" },
				"reuse-from": several,
				project: text,
				resume: text,
				rerun: text,
				"max-tokens": text,
				"keep-limit": { type: "boolean" },
				templates: { type: "boolean" },
				curl: text,
				row: text,
				format: { ...text, default: "text" },
				help: { type: "boolean", short: "h" },
			},
		});
		if (values.accept !== undefined && values.accept !== "checks" && values.accept !== "valid")
			throw new Error(`--accept is checks or valid, not ${values.accept}`);
		if (values.format !== "json" && values.format !== "text")
			throw new Error(`--format is json or text, not ${values.format}`);
		if (values.batch && values.direct) throw new Error("--batch and --direct exclude each other");
		return values;
	} catch (cause) {
		throw new UserError(
			"arguments",
			`${cause instanceof Error ? cause.message : String(cause)}. See polyglot generate --help.`,
			{ cause },
		);
	}
}

export function maxTokensOf(values: Values): number | undefined {
	const text = values["max-tokens"];
	return text === undefined ? undefined : whole("max-tokens", text, 1, 1_000_000);
}

export function required(name: string, value: string | undefined): string {
	if (value === undefined || value === "")
		throw new UserError("arguments", `--${name} is missing. See polyglot generate --help.`);
	return value;
}

export function whole(name: string, text: string, least: number, most: number): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < least || value > most)
		throw new UserError("arguments", `--${name} ${text} is not a whole number from ${least} to ${most}.`);
	return value;
}

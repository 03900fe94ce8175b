import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "../../server/cli/measure.ts";
import { MeasureReport } from "../../server/core/measure/measure-report.ts";
import { IntrinsicRow } from "../../server/core/score/rows.ts";
import { measuringServer } from "../node/measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "measure-"));

async function polyglotMeasure(...args: string[]) {
	let stdout = "";
	const stderr: string[] = [];
	const code = await run(args, {
		stdout: (text) => {
			stdout += text;
		},
		stderr: (line) => stderr.push(line),
		env: {},
		cwd: folder,
		mediaFolder: new URL("../../media/", import.meta.url).pathname,
		version: "0.0.0",
		signal: new AbortController().signal,
	});
	return { code, stdout, stderr };
}

async function report(...args: string[]) {
	const { code, stdout, stderr } = await polyglotMeasure(...args, "--format", "json");
	assert.equal(code, 0, stderr.join("\n"));
	return MeasureReport.parse(JSON.parse(stdout));
}

async function file(name: string, rows: readonly (object | string)[]): Promise<string> {
	const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
	await writeFile(join(folder, name), lines.join("\n"));
	return name;
}

const row = (id: string, model: string, language: string, prompt: string, response: string, rest: object = {}) => ({
	...{ id, model, language, prompt, response, strategy: "generate", source: "s", ...rest },
});

const mixed = await file("mixed.jsonl", [
	row("1", "a", "de", "Wer bellt?", "Der Hund bellt laut."),
	row("2", "a", "de-DE", "Wer schläft?", "Die Katze schläft."),
	row("3", "a", "de", "Wer  bellt?", "Der Hund bellt laut."),
	row("4", "b", "de", "Was ist das?", ""),
	"{broken",
	"",
	row("5", "b", "ja", "これは何？", "日本語を話す"),
	row("6", "b", "ja", "誰？", "私です。", { source: "t", strategy: "respond" }),
	{
		messages: [
			{ role: "user", content: "Hallo" },
			{ role: "assistant", content: "Guten Tag!" },
		],
		language: "German",
	},
]);

test("rows are grouped by teacher and language; what can't be read is counted", async () => {
	const { rows, lines, unreadable } = await report(mixed);
	assert.deepEqual(
		rows.map((one) => [one.teacher_model, one.target_lang, one.n]),
		[
			["a", "de", 3],
			["b", "de", 1],
			["b", "ja", 2],
			["(unknown)", "de", 1],
		],
	);
	assert.deepEqual([lines, unreadable], [8, 1]);
});

test("each number says what it rests on; missing is null with a reason", async () => {
	const { rows } = await report(mixed);
	const [a, b] = rows;
	assert.ok(a && b);
	assert.equal(a.prompts.distinct_ri.n, 3);
	assert.equal(a.prompts_distinct_ri, a.prompts.distinct_ri.value);
	assert.ok((a.prompts_distinct_ri ?? 0) > 0 && (a.prompts.distinct_ri.stderr ?? 0) > 0);
	assert.equal(a.embedding_model, "lexical-char-ngrams-2^18-v1");
	assert.ok(Math.abs((a.prompts.exact_duplicate_share.value ?? 0) - 1 / 3) < 1e-15);
	assert.equal(a.responses.length_words.value, (4 + 3 + 4) / 3);
	assert.deepEqual([b.responses.distinct_ri.value, b.responses.distinct_ri.missing], [null, 1]);
	assert.equal(b.responses.distinct_ri.reason, "fewer than 2 texts");
	assert.deepEqual([b.responses.length_bytes.value, b.responses.exact_duplicate_share.value], [null, null]);
	assert.deepEqual([b.rubric_score, b.perplexity, b.rubric.missing], [null, null, 1]);
	assert.match(b.rubric.reason ?? "", /--judge/);
	assert.match(b.perplexity_of_responses.reason ?? "", /--scorer/);
});

test("almost equal texts are counted beside exact ones", async () => {
	const text =
		"Der alte Leuchtturm am Rand der Bucht wurde im vergangenen Sommer von Grund auf erneuert und neu gestrichen";
	const texts = [
		text,
		`${text}.`,
		text.replace("Sommer", "Winter"),
		"Etwas ganz anderes steht hier, nämlich nichts davon.",
	];
	const { rows } = await report(
		await file(
			"near.jsonl",
			texts.map((one, at) => row(`${at}`, "t", "de", `${at} ${at * 77}`, one)),
		),
	);
	const responses = rows[0]?.responses;
	assert.deepEqual([responses?.near_duplicate_share.value, responses?.exact_duplicate_share.value], [0.5, 0]);
	assert.match(responses?.near_duplicate_share.backend ?? "", /MinHash/);
});

test("the spelling of responses is scored on demand, beside its language", async () => {
	const plain = (at: number) =>
		`Das Wetter war am ${at + 1}. Tag der Reise freundlich, und alle Kinder spielten draußen im Garten.`;
	const rows = Array.from({ length: 40 }, (_, at) => {
		const text = at === 7 ? plain(at).replaceAll(/[aeiou]/g, "x") : plain(at);
		return row(`${at}`, at < 20 ? "a" : "b", "de", `Frage ${at}`, text);
	});
	const [a, b] = (await report(await file("noise.jsonl", rows), "--noise")).rows;
	assert.deepEqual([a?.noise.n, a?.noise.missing, a?.noise.backend], [20, 0, "character-5-grams-witten-bell-v2"]);
	assert.ok((a?.noise.noisy_share ?? 0) >= 1 / 20, JSON.stringify(a?.noise));
	assert.ok((a?.noise.value ?? 0) > (b?.noise.value ?? 0));
	const { rows: unasked } = await report("noise.jsonl");
	assert.deepEqual([unasked[0]?.noise.value, unasked[0]?.noise.reason], [null, "not asked for; see --noise"]);
	const { stdout } = await polyglotMeasure("noise.jsonl", "--noise");
	assert.match(stdout, /Spelling of responses by character-5-grams.*sees noise, no fluency/);
});

test("rows can be grouped by strategy and source, or not at all", async () => {
	const bySource = await report(mixed, "--by", "source,strategy");
	assert.deepEqual(
		bySource.rows.map((one) => [one.strategy, one.source, one.n, one.teacher_model]),
		[
			["generate", "s", 5, null],
			["respond", "t", 1, null],
			["(unknown)", "(unknown)", 1, null],
		],
	);
	const whole = await report(mixed, "--by", "none");
	assert.deepEqual(
		whole.rows.map((one) => one.n),
		[7],
	);
});

test("intrinsic rows have the published columns and are what polyglot score reads", async () => {
	const { code, stdout } = await polyglotMeasure(mixed, "--format", "intrinsic");
	const rows = stdout
		.trimEnd()
		.split("\n")
		.map((line) => IntrinsicRow.parse(JSON.parse(line)));
	assert.deepEqual([code, rows.length], [0, 4]);
	assert.deepEqual([rows[0]?.teacher_model, rows[0]?.rubric_score], ["a", null]);
});

test("rows are kept where scores find them, if they are by teacher and language", async () => {
	await report(mixed, "--keep");
	const rows = (await readFile(join(folder, ".polyglot", "intrinsic.jsonl"), "utf8")).trimEnd().split("\n");
	const kept = rows.map((line) => IntrinsicRow.parse(JSON.parse(line)));
	assert.deepEqual(
		kept.map(({ teacher_model }) => teacher_model),
		["a", "b", "b", "(unknown)"],
	);
	await refused(/Scores need rows by teacher and language/, mixed, "--keep", "--by", "source");
});

test("the table shows diversity beside exact duplicates and mean length", async () => {
	const { stdout } = await polyglotMeasure(mixed);
	const [, line] = stdout.split("\n").filter((one) => /^ {2}a +de/.test(one));
	assert.match(stdout, /Responses: diversity by lexical-char-ngrams/);
	assert.match(stdout, /distinct_ri +95 % interval +exact dup\. +near dup\. +bytes +characters +words/);
	assert.match(line ?? "", /^ {2}a +de +3 +0 +0\.\d{4} +-?\d\.\d{4} to \d\.\d{4} +33\.3 %/);
	assert.match(stdout, /Not measured: rubric \(--judge\), perplexity \(--scorer\)\./);
});

test("names of a hostile file can't steer the terminal", async () => {
	const evil = await file("evil.jsonl", [row("1", "\u001b[2Jx\u202e\n", "de", "a", "b")]);
	const { stdout } = await polyglotMeasure(evil);
	assert.ok(!/[^\P{Cc}\n]|\p{Cf}/u.test(stdout), JSON.stringify(stdout));
});

const many = await file(
	"many.jsonl",
	Array.from({ length: 300 }, (_, at) =>
		row(`r${at}`, "t", "de", `Frage ${at}`, at % 50 === 0 ? " " : `Antwort ${at * at}`, {
			strategy: ["generate", "translate", "respond"][at % 10 === 0 ? 0 : 1 + (at % 2)],
		}),
	),
);

test("a drawn sample has equal shares, is kept by its ids, and repeats with its seed", async () => {
	const args = [many, "--subsample", "60", "--seed", "7"];
	const one = await report(...args);
	const sample = one.rows[0]?.sample;
	assert.deepEqual([sample?.size, sample?.seed, sample?.ids?.length, one.rows[0]?.n], [60, 7, 60, 60]);
	assert.deepEqual([one.lines, one.not_drawable], [300, 6]);
	assert.deepEqual((await report(...args)).rows[0]?.sample, sample);
	assert.notDeepEqual((await report(many, "--subsample", "60", "--seed", "8")).rows[0]?.sample.ids, sample?.ids);
	const generated = sample?.ids?.filter((id) => Number(id.slice(1)) % 10 === 0).length;
	assert.equal(generated, 20);
});

test("the measured rows can be written as they stand, to train on what was measured", async () => {
	const args = [many, "--subsample", "30", "--write-sample", "chosen.jsonl"];
	const { rows } = await report(...args);
	const written = (await readFile(join(folder, "chosen.jsonl"), "utf8")).trimEnd().split("\n");
	const source = (await readFile(join(folder, many), "utf8")).split("\n");
	assert.ok(written.every((line) => source.includes(line)));
	const parsed = written.map((line) => JSON.parse(line));
	assert.deepEqual(
		parsed.map(({ id }) => id),
		rows[0]?.sample.ids,
	);
	const hash = createHash("sha256");
	for (const { prompt, response } of parsed)
		hash.update(
			createHash("sha256")
				.update(JSON.stringify([prompt, response]))
				.digest(),
		);
	assert.equal(rows[0]?.sample.sha256, hash.digest("hex"));
	const again = await polyglotMeasure(...args);
	assert.deepEqual([again.code, again.stderr.length], [2, 1]);
	assert.match(again.stderr[0] ?? "", /chosen\.jsonl.*Name a new file/);
	assert.ok(!existsSync(join(folder, "chosen.jsonl.part")));
});

test("fewer rows than asked for are said", async () => {
	const { stderr } = await polyglotMeasure(mixed, "--subsample", "3");
	assert.ok(
		stderr.some((line) => /a · de|b · ja: there are 2 of the 3 rows asked for/.test(line)),
		stderr.join("\n"),
	);
});

async function refused(pattern: RegExp, ...args: string[]) {
	const { code, stdout, stderr } = await polyglotMeasure(...args);
	assert.deepEqual([code, stdout, stderr.length], [2, "", 1]);
	assert.match(stderr[0] ?? "", pattern);
}

test("no file", () => refused(/Name at least one file/));
test("a file that is not there", () => refused(/nowhere\.jsonl does not exist/, "nowhere.jsonl"));
test("an unknown key", () => refused(/"colour" is none of teacher/, mixed, "--by", "colour"));
test("an unknown format", () => refused(/choose text, json, intrinsic or samples/, mixed, "--format", "csv"));
test("intrinsic rows of another grouping", () =>
	refused(/by teacher and language/, mixed, "--by", "source", "--format", "intrinsic"));
test("a sample of nothing", () => refused(/whole number of at least 1/, mixed, "--subsample", "0"));
test("a seed without a sample", () => refused(/goes with --subsample/, mixed, "--seed", "1"));
test("an unknown option", () => refused(/--help/, mixed, "--colour"));

test("more groups than memory allows are refused", async () => {
	const rows = Array.from({ length: 201 }, (_, at) => row(`${at}`, `t${at}`, "de", "a", "b"));
	await refused(/More than 200 groups/, await file("groups.jsonl", rows));
});

test("an empty file is no failure", async () => {
	const empty = await report(await file("empty.jsonl", []));
	assert.deepEqual([empty.rows, empty.lines], [[], 0]);
});

/** Embeddings, echoed log-probabilities and chat, each as an honest server would give them. */
const backends = await measuringServer((body, path) => {
	if (path.endsWith("/embeddings")) {
		const inputs = body.input as string[];
		return {
			body: { data: inputs.map((text, index) => ({ index, embedding: [text.length % 7, text.length % 3, 1] })) },
		};
	}
	if (path.endsWith("/chat/completions"))
		return { body: { choices: [{ finish_reason: "stop", message: { content: '{"feedback": "x", "score": 3}' } }] } };
	const tokens = [...String(body.prompt)];
	// Half the price for words in an order that makes sense: what the acceptance test looks for.
	const price = /^[a-z].*\.$/.test(String(body.prompt)) ? -4 : -2;
	const logprobs = {
		tokens,
		token_logprobs: tokens.map((_, at) => (at === 0 ? null : price)),
		text_offset: [...tokens.keys()],
	};
	return { body: { choices: [{ logprobs }], usage: { prompt_tokens: tokens.length, completion_tokens: 0 } } };
});
after(() => backends.close());

await writeFile(
	join(folder, "polyglot.json"),
	JSON.stringify({ teachers: [{ name: "strict", baseUrl: backends.baseUrl, model: "judge-model" }] }),
);

const all = [
	"--embeddings",
	`${backends.baseUrl}#embedder`,
	"--scorer",
	`${backends.baseUrl}#scorer`,
	"--judge",
	"strict",
];

test("embeddings, judge and scorer by endpoints fill the published columns, under their own names", async () => {
	const { rows, warnings, agreement } = await report(mixed, ...all);
	const [a] = rows;
	assert.deepEqual([a?.rubric_score, a?.rubric.histogram, warnings, agreement], [3, [0, 0, 3, 0, 0], [], null]);
	assert.ok(Math.abs((a?.perplexity ?? 0) - Math.exp(2)) < 1e-12);
	assert.equal(a?.perplexity_of_responses.average, "token-weighted");
	assert.match(a?.embedding_model ?? "", /^embedder at http.*, 3 dimensions$/);
	assert.match(a?.judge_model ?? "", /^judge-model at http.*, rubric-v1$/);
	assert.match(a?.perplexity_model ?? "", /^scorer at /);
	const [, b] = rows;
	assert.deepEqual([b?.perplexity, b?.perplexity_of_responses.missing, b?.rubric.missing], [null, 1, 1]);
});

test("measuring again asks nothing but the probes; one edited row costs one call of each kind", async () => {
	await report(mixed, ...all);
	const start = backends.requests.length;
	await report(mixed, ...all);
	const probes = backends.requests.length - start;
	assert.equal(probes, 7, "one probe of the embeddings, six sentences for the scorer");
	const edited = (await readFile(join(folder, mixed), "utf8")).replace("Die Katze schläft.", "Die Katze schnurrt.");
	await writeFile(join(folder, "edited.jsonl"), edited);
	const before = backends.requests.length;
	await report("edited.jsonl", ...all);
	assert.equal(backends.requests.length - before, probes + 3);
});

test("the paper's way of averaging is labelled, and joins prompt and response by nothing", async () => {
	const { rows } = await report(mixed, ...all, "--paper-compatible");
	assert.match(rows[0]?.perplexity_of_responses.average ?? "", /paper-compatible batch mean/);
	assert.match(rows[0]?.perplexity_model ?? "", /prompt \+ "" \+ response/);
});

test("several judges are held against each other; the practice judge says what it is", async () => {
	const { agreement, warnings, rows } = await report(mixed, "--judge", "strict", "--judge", "practice-judge");
	const [confusion] = agreement?.confusions ?? [];
	assert.deepEqual([agreement?.n, confusion?.missing, agreement?.judges.length], [6, 0, 2]);
	assert.equal(
		confusion?.matrix[2]?.reduce((sum, count) => sum + count),
		6,
	);
	assert.ok(warnings.some((warning) => /practice judge: plain rules, not a language model/.test(warning)));
	assert.equal(rows[0]?.rubric_score, 3);
});

test("the table names each backend and its unit", async () => {
	const { stdout } = await polyglotMeasure(mixed, ...all, "--judge", "practice-judge");
	assert.match(stdout, /Rubric: mean of 1 to 5 by judge-model at/);
	assert.match(stdout, /Perplexity of responses given their prompts, token-weighted, by scorer at/);
	assert.match(stdout, /Krippendorff's alpha \(ordinal\)/);
	assert.ok(!/Not measured/.test(stdout));
});

test("an unknown judge", () =>
	refused(/polyglot\.json has no such teacher\. Known: strict, practice-judge/, mixed, "--judge", "who"));
test("an address without a model", () => refused(/give URL#MODEL/, mixed, "--embeddings", "http://127.0.0.1:1/v1"));
test("an address with a password is not repeated", async () => {
	const { stderr } = await polyglotMeasure(mixed, "--scorer", "http://me:secret@127.0.0.1/v1#m");
	assert.ok(stderr.length === 1 && !stderr[0]?.includes("secret"), stderr.join());
});
test("an endpoint that isn't there", async () => {
	const gone = await measuringServer(() => ({ body: {} }));
	await gone.close();
	await refused(
		/Nothing answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.$/,
		mixed,
		"--embeddings",
		`${gone.baseUrl}#m`,
	);
});
test("a rubric without a judge", () => refused(/--rubric goes with --judge/, mixed, "--rubric", "r.txt"));

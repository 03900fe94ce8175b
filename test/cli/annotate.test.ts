import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/annotate.ts";
import { seedAt } from "../core/checks/practice-seeds.ts";
import { type Recorded, recorded } from "./recorded.ts";

/** Runs the command in a folder with these files. */
async function annotate(files: Readonly<Record<string, string | Uint8Array>>, ...args: string[]): Promise<Recorded> {
	const cwd = await mkdtemp(join(tmpdir(), "polyglot-annotate-"));
	try {
		for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
		return await recorded(run, args, cwd);
	} finally {
		await rm(cwd, { recursive: true });
	}
}

const good = JSON.stringify(seedAt("de", 0));
const english = JSON.stringify({ id: 7, prompt: seedAt("de", 1).prompt, response: seedAt("en", 1).response });
const parse = (text: string) =>
	text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));

test("json is one object a line of input, blank ones included", async () => {
	const { code, stdout, stderr } = await annotate(
		{ "a.jsonl": `${good}\n\n{"x": }\n${english}` },
		"a.jsonl",
		"--lang",
		"de",
		"--format",
		"json",
	);
	const rows = parse(stdout);
	assert.deepEqual([code, stderr], [0, []]);
	assert.deepEqual(
		rows.map(({ file, line, id, language, problems }) => [
			file,
			line,
			id,
			language,
			problems.map((problem: { code: string }) => problem.code),
		]),
		[
			["a.jsonl", 1, "de-001", "de", []],
			["a.jsonl", 2, null, null, []],
			["a.jsonl", 3, null, null, ["not-json"]],
			["a.jsonl", 4, "7", "de", ["language-mismatch"]],
		],
	);
	assert.deepEqual(Object.keys(rows[0]), ["file", "line", "id", "language", "problems"]);
	assert.deepEqual(Object.keys(rows[3].problems[0]), [
		"code",
		"severity",
		"message",
		"field",
		"start",
		"end",
		"value",
		"threshold",
		"source",
	]);
	assert.deepEqual([rows[2].problems[0].start, rows[2].problems[0].end], [6, 7]);
});

test("the row's own language comes before --lang", async () => {
	const { stdout } = await annotate({ "a.jsonl": good }, "a.jsonl", "--lang", "es", "--format", "json");
	assert.deepEqual(
		parse(stdout).map(({ language, problems }) => [language, problems]),
		[["de", []]],
	);
});

test("a byte order mark, CRLF, NUL and bytes that are no UTF-8 are read", async () => {
	const bytes = Buffer.concat([
		Buffer.from(`\ufeff${good}\r\n`),
		Buffer.from([0, 255, 254, 10]),
		Buffer.from(`${good}\r\n`),
	]);
	const { stdout } = await annotate({ "a.jsonl": bytes }, "a.jsonl", "--format", "json");
	assert.deepEqual(
		parse(stdout).map(({ problems }) => problems.map((problem: { code: string }) => problem.code)),
		[[], ["not-json"], ["exact-duplicate"]],
	);
});

test("--fail-on gives 1 for a named code, 0 without it", async () => {
	const files = { "a.jsonl": "{\n" };
	assert.equal((await annotate(files, "a.jsonl", "--fail-on", "not-json,schema")).code, 1);
	assert.equal((await annotate(files, "a.jsonl", "--fail-on", "any")).code, 1);
	assert.equal((await annotate(files, "a.jsonl", "--fail-on", "schema")).code, 0);
	assert.equal((await annotate({ "a.jsonl": good }, "a.jsonl", "--fail-on", "any")).code, 0);
});

test("text gives the place, the code and a count", async () => {
	const { stdout } = await annotate({ "a.jsonl": `${good}\n{\n[1]\n` }, "a.jsonl");
	assert.match(stdout, /^a\.jsonl:2\s+error\s+not-json\s/m);
	assert.match(stdout, /^ {2}schema\s+1$/m);
	assert.match(stdout, /3 lines, 2 with findings/);
});

test("a terminal shows how far it is, and nothing of it stays", async () => {
	const cwd = await mkdtemp(join(tmpdir(), "polyglot-annotate-"));
	try {
		await writeFile(join(cwd, "a.jsonl"), `${good}\n${english}\n`);
		const shown: string[] = [];
		const { stderr } = await recorded(run, ["a.jsonl"], cwd, { showProgress: (text) => shown.push(text) });
		assert.deepEqual(shown, ["2 lines checked …", ""]);
		assert.deepEqual(stderr, []);
	} finally {
		await rm(cwd, { recursive: true });
	}
});

test("a JSON array is named as one, with what to do", async () => {
	const { code, stdout, stderr } = await annotate({ "a.json": `[\n${good},\n${good}\n]` }, "a.json");
	assert.deepEqual([code, stdout], [2, ""]);
	assert.match(stderr.join("\n"), /^polyglot annotate: .*a\.json is one JSON array.*polyglot convert/);
});

test("control characters of a sample do not reach the terminal", async () => {
	const { stdout } = await annotate({ "a.jsonl": JSON.stringify({ "\u001b[31mx": 1 }) }, "a.jsonl");
	assert.ok(!stdout.includes("\u001b"));
});

test("what can't be used is one line on stderr and exit code 2", async () => {
	const cases: [Record<string, string>, string[], RegExp][] = [
		[{}, [], /at least one file/],
		[{}, ["no.jsonl"], /no\.jsonl does not exist/],
		[{ "a.jsonl": "" }, ["."], /is not a file/],
		[{ "a.jsonl": "" }, ["a.jsonl", "--format", "xml"], /--format xml/],
		[{ "a.jsonl": "" }, ["a.jsonl", "--fail-on", "spelling"], /no such check/],
		[{ "a.jsonl": "" }, ["a.jsonl", "--lang", "??"], /--lang/],
		[{ "a.jsonl": "" }, ["a.jsonl", "--what"], /--what/],
		[{ "a.jsonl": "", "polyglot.json": "{" }, ["a.jsonl"], /polyglot\.json/],
	];
	for (const [files, args, message] of cases) {
		const { code, stdout, stderr } = await annotate(files, ...args);
		assert.deepEqual([code, stdout, stderr.length], [2, "", 1], args.join(" "));
		assert.match(stderr[0] ?? "", message);
	}
});

test("polyglot.json names fields and switches checks off", async () => {
	const project = JSON.stringify({
		fields: { prompt: "q", response: "a", language: "l" },
		checks: { de: { "language-mismatch": { enabled: false }, "stop-words": { enabled: false } } },
	});
	const row = JSON.stringify({ q: seedAt("de", 1).prompt, a: seedAt("en", 1).response, l: "de" });
	const { stdout } = await annotate({ "a.jsonl": row, "polyglot.json": project }, "a.jsonl", "--format", "json");
	assert.deepEqual(
		parse(stdout).map(({ language, problems }) => [language, problems]),
		[["de", []]],
	);
});

test("a file larger than one block is read across its blocks", async () => {
	const lines = Array.from({ length: 3000 }, (_, index) =>
		JSON.stringify({ ...seedAt("ja", index % 120), id: `row ${index}` }),
	);
	const { stdout } = await annotate({ "a.jsonl": lines.join("\n") }, "a.jsonl", "--format", "json");
	const rows = parse(stdout);
	assert.equal(rows.length, 3000);
	assert.ok(
		rows.every(
			({ id, line, problems }) =>
				id === `row ${line - 1}` && problems.every((problem: { code: string }) => problem.code === "exact-duplicate"),
		),
	);
});

test("sarif has one result a finding, with its place in the file", async () => {
	const { stdout, code } = await annotate(
		{ "a b.jsonl": `{"x": }\n${english}` },
		"a b.jsonl",
		"--lang",
		"de",
		"--format",
		"sarif",
	);
	const { version, runs } = JSON.parse(stdout);
	assert.deepEqual([code, version, runs.length], [0, "2.1.0", 1]);
	const results = runs[0].results.map((result: SarifResult) => [
		result.ruleId,
		result.level,
		result.locations[0]?.physicalLocation,
	]);
	assert.deepEqual(results.slice(0, 2), [
		["not-json", "error", { artifactLocation: { uri: "a%20b.jsonl" }, region: { startLine: 1, startColumn: 7 } }],
		["language-mismatch", "note", { artifactLocation: { uri: "a%20b.jsonl" }, region: { startLine: 2 } }],
	]);
	const rules = new Set(runs[0].tool.driver.rules.map(({ id }: { id: string }) => id));
	assert.ok(runs[0].results.every(({ ruleId }: SarifResult) => rules.has(ruleId)));
});

interface SarifResult {
	readonly ruleId: string;
	readonly level: string;
	readonly locations: readonly { readonly physicalLocation: object }[];
}

test("sarif of a clean file is still one document", async () => {
	const { stdout } = await annotate({ "a.jsonl": good }, "a.jsonl", "--format", "sarif");
	assert.deepEqual(JSON.parse(stdout).runs[0].results, []);
});

test("junit counts lines and failures, and escapes what a sample says", async () => {
	const { stdout } = await annotate(
		{ "a.jsonl": `${good}\n${JSON.stringify({ '<b>&"\u0001': 1 })}\n` },
		"a.jsonl",
		"--format",
		"junit",
	);
	assert.match(stdout, /<testsuite name="a\.jsonl" tests="2" failures="1">/);
	assert.match(stdout, /<failure type="schema" message="[^"<>]*&#60;b&#62;&#38;/);
	assert.ok(!stdout.includes("\u0001"));
});

test("several files end with a table of them", async () => {
	const { stdout } = await annotate({ "a.jsonl": good, "b.jsonl": "{\n" }, "a.jsonl", "b.jsonl");
	assert.match(stdout, /^ {2}file {5}lines {2}with findings {2}unusable$/m);
	assert.match(stdout, /^ {2}b\.jsonl {6}1 {14}1 {9}1$/m);
});

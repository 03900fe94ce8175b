import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { requestStory } from "../../server/node/generate-curl.ts";
import { resumeGenerateRun } from "../../server/node/generate-run.ts";
import { finishedRun, journalOf, rig } from "./generate-rig.ts";

const limited = <T extends object>(teachers: readonly T[], maxTokens: number) =>
	teachers.map((teacher) => ({ ...teacher, sampling: { maxTokens } }));

test("a cut-off answer is asked again once with twice the limit, and counted", async (context) => {
	const { options } = await rig(context);
	const teachers = limited(options.teachers, 90);
	const end = await finishedRun({ ...options, teachers, count: 30 });
	const journal = await journalOf(options.folder, end.runId);
	const again = journal.filter(({ outcome, verdict }) => outcome === "truncated" && verdict === "again");
	assert.ok(again.length > 0 && again.every(({ maxTokens }) => maxTokens === 90));
	assert.equal(end.doubled, again.length);
	for (const { key } of again) {
		const [, second, third] = journal.filter((line) => line.key === key);
		assert.equal(second?.maxTokens, 180);
		assert.equal(third, undefined);
	}
	assert.ok(journal.some(({ maxTokens, verdict }) => maxTokens === 180 && verdict === "accepted"));
	const resumed = await (await resumeGenerateRun(end.runId, { ...options, teachers: [] })).ended;
	assert.equal(resumed.doubled, again.length);
});

test("doubling is bounded for the whole run, and can be switched off", async (context) => {
	const { options } = await rig(context, { length: 0.9 });
	const teachers = limited(options.teachers, 4_000);
	const end = await finishedRun({ ...options, teachers, count: 40 });
	assert.ok(end.doubled > 0 && end.doubled <= 24, String(end.doubled));
	const off = await finishedRun({ ...options, teachers, count: 40, doubleTruncated: false });
	assert.equal(off.doubled, 0);
});

/** The command's arguments as a shell reads them. */
function argumentsOf(command: string, env: Record<string, string>): string[] {
	const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command}`;
	const { PATH = "" } = process.env;
	return execFileSync("sh", ["-c", script], { encoding: "utf8", env: { PATH, ...env } })
		.split("\0")
		.slice(0, -1);
}

test("a failed row is copied as curl: the same request, and the key only by its variable's name", async (context) => {
	const { options, server } = await rig(context, { brokenJson: 1 });
	const teachers = options.teachers.map((teacher) => ({ ...teacher, name: "my-model" }));
	const templates = { generate: 'It\'s {language}: `$HOME` "{examples}" "prompt" and "response"' };
	const end = await finishedRun({ ...options, teachers, templates, count: 1 });
	const { curl, attempts, key } = await requestStory(options.folder, end.runId);
	assert.ok(attempts.length >= 2 && attempts.every((attempt) => attempt.key === key && attempt.outcome === "invalid"));
	assert.match(curl, /Authorization: Bearer \$POLYGLOT_KEY_MY_MODEL"/);
	assert.ok(!curl.includes(server.apiKey));
	const words = argumentsOf(curl, { POLYGLOT_KEY_MY_MODEL: server.apiKey });
	const headers = Object.fromEntries(
		words.flatMap((word, at) => (words[at - 1] === "-H" ? [word.split(": ") as [string, string]] : [])),
	);
	const body = words[words.indexOf("--data-raw") + 1] ?? "";
	server.setKnobs({});
	const before = server.stats();
	const response = await fetch(words[1] ?? "", { method: "POST", headers, body });
	assert.equal(response.status, 200);
	// The server takes it for another try of a request it knows.
	assert.deepEqual(
		[server.stats().attempts - before.attempts, server.stats().repeats - before.repeats],
		[1, 1],
		body.slice(0, 300),
	);
	assert.ok(JSON.parse(body).messages[1].content.startsWith("It's English: `$HOME` \""));
});

test("a request is found by the start of its key; what there is none of is said", async (context) => {
	const { options } = await rig(context);
	const end = await finishedRun({ ...options, count: 2 });
	const [line] = await journalOf(options.folder, end.runId);
	const story = await requestStory(options.folder, end.runId, line?.key.slice(0, 12));
	assert.equal(story.key, line?.key);
	await assert.rejects(requestStory(options.folder, end.runId), /has no attempt that failed/);
	await assert.rejects(requestStory(options.folder, end.runId, "zzz"), /no request whose key begins with zzz/);
});

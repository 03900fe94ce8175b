// Teachers in the packaged extension: add one, test it, give it a key, and see where the key goes and where it does not.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openWorkbench } from "./workbench.mjs";

const key = "sk-only-for-this-endpoint";
const authorizations = [];
let bench;
let endpoint;

/** An OpenAI-compatible endpoint that wants the key. */
function answer(request, response) {
	authorizations.push(request.headers.authorization ?? "");
	const isAllowed = request.headers.authorization === `Bearer ${key}`;
	const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Ja." } };
	const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
	const body = !isAllowed
		? { error: { message: "Incorrect API key provided.", code: "invalid_api_key" } }
		: request.url.endsWith("/models")
			? { object: "list", data: [{ id: "small-model", object: "model" }] }
			: { id: "1", object: "chat.completion", created: 1, model: "small-model", choices: [choice], usage };
	request.resume();
	response.writeHead(isAllowed ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(body));
}

before(async () => {
	endpoint = createServer(answer);
	await new Promise((done) => endpoint.listen(0, "127.0.0.1", done));
	bench = await openWorkbench({ file: "samples.de.jsonl" });
});
after(async () => {
	await bench?.close();
	endpoint.closeAllConnections();
	endpoint.close();
});

test("adding a teacher writes it to polyglot.json and tries it with its key", async () => {
	const baseUrl = `http://127.0.0.1:${endpoint.address().port}`;
	await bench.command("Polyglot: Add Teacher…");
	await bench.answer("(1/4)", baseUrl);
	await bench.answer("(2/4)", "small-model");
	await bench.answer("(3/4)", "my-teacher");
	await bench.answer("(4/4)", key);
	await bench.toast("my-teacher answers").first().waitFor();
	const project = JSON.parse(readFileSync(join(bench.folder, "polyglot.json"), "utf8"));
	assert.deepEqual(project.teachers, [{ name: "my-teacher", baseUrl, model: "small-model" }]);
	assert.deepEqual(project.languages, ["de", "id", "ar"], "what stood there before still stands");
	assert.ok(authorizations.includes(`Bearer ${key}`));
});

test("a wrong key says so, with the next step", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Set Teacher Key…");
	await bench.pick("Set teacher key", "my-teacher");
	await bench.answer("API key of my-teacher", "sk-wrong");
	await bench.command("Polyglot: Test Teacher");
	await bench.pick("Test teacher", "my-teacher");
	await bench
		.toast(/my-teacher.*key/i)
		.first()
		.waitFor();
});

test("the Teachers view lists it beside the practice teachers, which are labelled", async () => {
	await bench.command("Polyglot Lens: Focus on Teachers View");
	const rows = bench.page.locator(".pane-body .monaco-list-row");
	await rows.filter({ hasText: "my-teacher" }).waitFor();
	await rows.filter({ hasText: "practice-careful" }).filter({ hasText: "canned text" }).waitFor();
	await rows.filter({ hasText: "Language models of the editor" }).filter({ hasText: "none" }).waitFor();
	await bench.screenshots("teachers");
});

test("no key is in any file of the workspace", () => {
	const files = readdirSync(bench.folder, { recursive: true }).map((name) => join(bench.folder, name));
	const holding = files.filter((path) => statSync(path).isFile() && /sk-(only|wrong)/.test(readFileSync(path, "utf8")));
	assert.deepEqual(holding, []);
});

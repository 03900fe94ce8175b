import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Project, projectSchema } from "../../server/core/project.ts";
import { readProject } from "../../server/core/project-text.ts";

const teacher = { name: "gemma", baseUrl: "http://127.0.0.1:8000/v1", model: "google/gemma-3-27b-it" };

test("the schema the editor uses is the one the product parses with", () => {
	const kept: unknown = JSON.parse(readFileSync(new URL("../../media/polyglot.schema.json", import.meta.url), "utf8"));
	assert.deepEqual(kept, projectSchema(), "run `node test/tools/schema.ts`");
});

test("an empty project is a project", () => check({}, []));
test("a teacher needs an address without a key in it", () => {
	check({ teachers: [teacher] }, []);
	check({ teachers: [{ ...teacher, baseUrl: "https://user:secret@host/v1" }] }, ["teachers.0.baseUrl"]);
	check({ teachers: [{ ...teacher, baseUrl: "https://host/v1?key=1" }] }, ["teachers.0.baseUrl"]);
	check({ teachers: [{ ...teacher, baseUrl: "file:///etc/passwd" }] }, ["teachers.0.baseUrl"]);
	check({ teachers: [{ name: "copilot", kind: "vscode", family: "gpt-4o" }] }, []);
	check({ teachers: [{ name: "copilot", kind: "vscode" }] }, ["teachers.0"]);
	check({ teachers: [{ ...teacher, kind: "vscode", family: "x" }] }, ["teachers.0"]);
	check({ teachers: [{ ...teacher, kind: "magic" }] }, ["teachers.0.kind"]);
});
test("a mistyped field is an error, not silently ignored", () => check({ teacher: [teacher] }, [""]));
test("a key does not belong into the file", () =>
	check({ teachers: [{ ...teacher, apiKey: "sk-1" }] }, ["teachers.0"]));
test("a trainer is a websocket", () => check({ trainer: { url: "http://127.0.0.1:8917" } }, ["trainer.url"]));

test("a check's setting names checks and thresholds that exist", () => {
	const text = JSON.stringify({
		checks: { de: { "language-mismatch": { thresholds: { letters: 40, lettres: 1 } }, langauge: { enabled: false } } },
	});
	const { project, problems } = readProject(text);
	assert.deepEqual(
		problems.map(({ code, offset, length }) => [code, text.slice(offset, offset + length)]),
		[
			["unknown-check", '"langauge"'],
			["unknown-threshold", '"lettres"'],
		],
	);
	assert.equal(project.checks.de?.["language-mismatch"]?.thresholds?.letters, 40);
});

/** Paths of the issues found in a project. */
function check(project: unknown, expected: readonly string[]): void {
	const parsed = Project.safeParse(project);
	assert.deepEqual(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join(".")), expected);
}

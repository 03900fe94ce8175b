import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/audit.ts";
import { mediaFolder } from "../core/score/published-files.ts";
import { recorded } from "./recorded.ts";

const folder = await mkdtemp(join(tmpdir(), "audit-"));
const published = join(mediaFolder, "published", "scores.jsonl");

const polyglotAudit = (...args: string[]) => recorded(run, args, folder);

test("text has one line a finding and a count", async () => {
	const { code, stdout } = await polyglotAudit(published);
	assert.equal(code, 0);
	assert.match(stdout, /scores\.jsonl:6: warning pgr-off-the-line: pgr is 0\.22091/);
	assert.match(stdout, /7 contradictions, 17 to know, in 1 file\n$/);
});

test("json is the findings and nothing else; --fail-on sets the exit code", async () => {
	const { code, stdout } = await polyglotAudit(published, "--format", "json", "--fail-on", "warning");
	assert.equal(code, 1);
	const findings = JSON.parse(stdout);
	assert.equal(findings.length, 24);
	assert.deepEqual(Object.keys(findings[0]), ["file", "code", "severity", "message", "line", "related", "field"]);
	await writeFile(join(folder, "clean.jsonl"), "");
	assert.equal((await polyglotAudit("clean.jsonl", "--fail-on", "info")).code, 0);
});

test("unusable arguments end with 2 and one line", async () => {
	for (const args of [
		[],
		["absent.jsonl"],
		[published, "--format", "csv"],
		[published, "--fail-on", "all"],
		["--what"],
	]) {
		const { code, stdout, stderr } = await polyglotAudit(...args);
		assert.deepEqual([code, stdout, stderr.length], [2, "", 1], args.join(" "));
	}
});

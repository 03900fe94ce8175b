import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { HoverRequest } from "vscode-languageserver/node";
import { requests } from "../../server/core/engine-api.ts";
import { seedAt } from "../core/checks/practice-seeds.ts";
import { startSession } from "./lsp-session.ts";

const folder = await mkdtemp(join(tmpdir(), "check-file-"));
test.after(() => rm(folder, { recursive: true }));

const rows = Array.from({ length: 2000 }, (_, index) =>
	JSON.stringify({ ...seedAt("de", index % 120), id: `${index}` }),
);

test("a large packed file is checked from disk, and others are answered meanwhile", async () => {
	const session = await startSession();
	try {
		const path = join(folder, "samples.jsonl.gz");
		await writeFile(path, gzipSync(`${rows.join("\n")}\n{"prompt": \n`));
		await session.open(`${rows[0]}\n`);
		const report = session.connection.sendRequest<{ report: string }>(requests.checkFile.method, { path });
		const hover = session.connection.sendRequest(HoverRequest.type, {
			textDocument: { uri: session.uri },
			position: { line: 0, character: 3 },
		});
		assert.equal(await Promise.race([report.then(() => "report"), hover.then(() => "hover")]), "hover");
		const { report: text } = await report;
		assert.match(text, /^samples\.jsonl\.gz: 2001 lines, \d+ with findings/);
		assert.match(text, /1 {2}not-json/);
		assert.match(text, /line 121 {2}exact-duplicate/);
		assert.equal(await session.end(), 0);
	} finally {
		session.kill();
	}
});

test("a file that can't be read is named", async () => {
	const session = await startSession();
	try {
		const none = session.connection.sendRequest(requests.checkFile.method, { path: join(folder, "none.jsonl") });
		await assert.rejects(none, /none\.jsonl can't be opened/);
		await writeFile(join(folder, "array.json"), "[1,\n2]");
		const array = session.connection.sendRequest(requests.checkFile.method, { path: join(folder, "array.json") });
		await assert.rejects(array, /one JSON array.*polyglot convert/);
	} finally {
		session.kill();
	}
});

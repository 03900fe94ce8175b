/** A score file opened in the editor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InlayHintRequest } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { isScoreText, scoreDiagnostics } from "../../server/language/score-diagnostics.ts";
import { mediaText } from "../core/score/published-files.ts";
import { startSession } from "./lsp-session.ts";

const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const open = (text: string) => TextDocument.create("file:///scores.jsonl", "jsonl", 1, text);

test("score files are told from samples by their first line", () => {
	assert.ok(isScoreText(`\n\n${mediaText("scores.jsonl")}`));
	assert.ok(!isScoreText(mediaText("intrinsic.jsonl")));
	assert.ok(!isScoreText('{"prompt":"a","response":"b"}\n'));
	assert.ok(!isScoreText(""));
});

test("published rows: a warning stands on the column, with the rows it was compared with", () => {
	const text = mediaText("scores.jsonl");
	const found = scoreDiagnostics(open(text), 100);
	const warning = found.find(({ code }) => code === "pgr-off-the-line");
	assert.ok(warning);
	const { start, end } = warning.range;
	assert.equal(text.split("\n")[start.line]?.slice(start.character, end.character), '"pgr": 0.2209098368');
	assert.equal(warning.relatedInformation?.length, 3);
	assert.equal(found.filter(({ severity }) => severity === 2).length, 7);
	assert.equal(scoreDiagnostics(open(text), 3).length, 3);
});

test("a broken line is marked as a whole", () => {
	const [found] = scoreDiagnostics(open('{"pgr": 1,\r\n'), 10);
	assert.equal(found?.code, "not-json");
	assert.deepEqual(found?.range, { start: { line: 0, character: 0 }, end: { line: 0, character: 10 } });
});

test("over stdio a score file gets its findings and none of a sample's hints", async () => {
	const session = await startSession();
	try {
		await session.open(mediaText("scores.jsonl"));
		const found = await session.pushed((diagnostics) => diagnostics.length > 0);
		assert.equal(found.filter(({ code }) => code === "pgr-off-the-line").length, 7);
		assert.equal(found.length, 24);
		const textDocument = { uri: session.uri };
		const hints = await session.connection.sendRequest(InlayHintRequest.type, { textDocument, range: everything });
		assert.deepEqual(hints ?? [], []);
		assert.equal(await session.end(), 0);
		assert.deepEqual(session.complaints, []);
	} finally {
		session.kill();
	}
});

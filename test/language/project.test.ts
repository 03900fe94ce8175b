import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type CodeAction, CodeActionRequest, TextEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Session, startSession } from "./lsp-session.ts";

async function withSession(
	project: string | null,
	body: (session: Session, uri: string) => Promise<void>,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-project-"));
	try {
		if (project !== null) await writeFile(join(folder, "polyglot.json"), project);
		const session = await startSession({ folderUri: pathToFileURL(folder).href });
		try {
			await body(session, pathToFileURL(join(folder, "polyglot.json")).href);
			assert.equal(await session.end(), 0);
		} finally {
			session.kill();
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}

const loop = JSON.stringify({ language: "de", prompt: "Sag etwas.", response: "Ja, genau so ist es. ".repeat(8) });

test("faults of polyglot.json are shown on the file, at their place", () =>
	withSession(
		'{\n\t"teachers": [{ "name": "a", "baseUrl": "ftp://x", "model": "m" }],\n\t"checks": { "de": { "no-such": {} } }\n}',
		async (session, uri) => {
			const found = await session.pushed(undefined, uri);
			assert.deepEqual(
				found.map(({ code, range }) => [code, range.start.line]),
				[
					["schema", 1],
					["unknown-check", 2],
				],
			);
		},
	));

test("an edit of polyglot.json is in force at once", () =>
	withSession(null, async (session, uri) => {
		await session.open(loop);
		const before = await session.pushed((diagnostics) => diagnostics.length > 0);
		assert.equal(before[0]?.code, "degenerate-loop");
		const off = Object.fromEntries(
			["degenerate-loop", "repetition", "language-mismatch"].map((code) => [code, { enabled: false }]),
		);
		await session.open(JSON.stringify({ checks: { de: off } }), uri);
		assert.deepEqual(await session.pushed((diagnostics) => diagnostics.length === 0), []);
	}));

test("a check can be switched off for one language, by an edit of polyglot.json", () =>
	withSession('{\n\t"languages": ["de"]\n}\n', async (session, uri) => {
		await session.open(loop);
		await session.pushed((diagnostics) => diagnostics.length > 0);
		const at = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
		const actions = (await session.connection.sendRequest(CodeActionRequest.type, {
			textDocument: { uri: session.uri },
			range: at,
			context: { diagnostics: [] },
		})) as CodeAction[];
		const action = actions.find(({ title }) => title === "Switch off degenerate-loop for German");
		const [change] = action?.edit?.documentChanges ?? [];
		assert.ok(change && "edits" in change && change.textDocument.uri === uri);
		assert.match(JSON.stringify(change.edits), /degenerate-loop.*enabled.*false/);
	}));

test("the edit keeps indentation, order, and every other byte of polyglot.json", () => {
	const before =
		'{\n  "languages": ["de"],\n  "checks": {\n    "es": { "pii":  { "enabled": false } }\n  },\n  "seeds":[]\n}\n';
	return withSession(before, async (session, uri) => {
		await session.open(loop);
		await session.pushed((diagnostics) => diagnostics.length > 0);
		const at = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
		const params = { textDocument: { uri: session.uri }, range: at, context: { diagnostics: [] } };
		const actions = (await session.connection.sendRequest(CodeActionRequest.type, params)) as CodeAction[];
		const [change] =
			actions.find(({ title }) => title === "Switch off degenerate-loop for German")?.edit?.documentChanges ?? [];
		assert.ok(change && "edits" in change && change.textDocument.uri === uri);
		const after = TextDocument.applyEdits(
			TextDocument.create(uri, "json", 1, before),
			change.edits.filter(TextEdit.is),
		);
		const [head, tail] = before.split('{ "enabled": false } }');
		assert.ok(after.startsWith(`${head}{ "enabled": false } }`) && after.endsWith(tail ?? "?"), after);
		assert.match(after, /\n {4}"de": \{\n {6}"degenerate-loop": \{\n {8}"enabled": false\n/);
	});
});

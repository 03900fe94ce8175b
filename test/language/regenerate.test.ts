import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
	type CodeAction,
	CodeActionRequest,
	ExecuteCommandRequest,
	type TextDocumentEdit,
	type TextEdit,
	type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { seedAt } from "../core/checks/practice-seeds.ts";
import { type Session, startSession } from "./lsp-session.ts";

const { prompt } = seedAt("de", 0);
/** Numbers and blanks as no serialiser writes them; `messages` repeats the answer. */
const weak = [
	`{ "x" :1.0e2, "id":"w",\t"language":"de","strategy":"respond","model":"practice-careful","prompt":${JSON.stringify(prompt)}`,
	`"response":"Tut mir leid, das kann ich leider nicht beantworten.","messages":[{"role":"user","content":${JSON.stringify(prompt)}}`,
	`{"role":"assistant","content":"Tut mir leid, das kann ich leider nicht beantworten.","note":"k\\u00e4se"}],"x":2 , "big":12345678901234567890}`,
].join(",");

async function withFolder(
	isTrusted: boolean,
	body: (session: Session, folder: string, edits: TextEdit[][]) => Promise<void>,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-regenerate-"));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted });
	const edits: TextEdit[][] = [];
	session.connection.onRequest("workspace/applyEdit", ({ edit }: { edit: WorkspaceEdit }) => {
		edits.push(...(edit.documentChanges ?? []).map((change) => (change as TextDocumentEdit).edits as TextEdit[]));
		return { applied: true };
	});
	try {
		await session.open(`${weak}\n`);
		await session.pushed((diagnostics) => diagnostics.some(({ code }) => code === "refusal"));
		await body(session, folder, edits);
		assert.equal(await session.end(), 0);
	} finally {
		session.kill();
		await rm(folder, { recursive: true });
	}
}

async function ask(session: Session): Promise<CodeAction> {
	const at = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
	const params = { textDocument: { uri: session.uri }, range: at, context: { diagnostics: [] } };
	const actions = (await session.connection.sendRequest(CodeActionRequest.type, params)) as CodeAction[];
	const action = actions.find(({ title }) => title.startsWith("Ask practice-careful for another answer: the same"));
	assert.ok(action?.command, actions.map(({ title }) => title).join("\n"));
	await session.connection.sendRequest(ExecuteCommandRequest.type, {
		command: action.command.command,
		arguments: action.command.arguments ?? [],
	});
	return action;
}

const journals = async (folder: string) => {
	const runs = join(folder, ".polyglot", "runs");
	const texts = await Promise.all(
		(await readdir(runs)).sort().map((id) => readFile(join(runs, id, "journal.jsonl"), "utf8")),
	);
	return texts.map((text) =>
		text
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line)),
	);
};

test("a refusal is answered again: answer and origin change, every other byte stays; the same answer is not paid twice", () =>
	withFolder(true, async (session, folder, edits) => {
		await ask(session);
		assert.equal(edits.length, 1, "one edit, which one undo takes back");
		const document = TextDocument.create("file:///x", "jsonl", 1, `${weak}\n`);
		const after = TextDocument.applyEdits(document, edits[0] ?? []);
		const row = JSON.parse(after);
		assert.notEqual(row.response, JSON.parse(weak).response);
		assert.equal(row.messages[1].content, row.response);
		assert.equal(row.model, "practice-careful");
		const without = (text: string, answer: string) => text.replaceAll(JSON.stringify(answer), "ANSWER").trimEnd();
		assert.equal(without(after, row.response), without(weak, JSON.parse(weak).response));
		await ask(session);
		const reused = (await journals(folder)).map((lines) =>
			lines.map(({ reusedFrom }: { reusedFrom?: string }) => reusedFrom !== undefined),
		);
		// Runs of one second have no order.
		assert.deepEqual(reused.map((all) => all.length > 0 && [...new Set(all)].join()).sort(), ["false", "true"]);
		assert.deepEqual(edits[1], edits[0]);
	}));

test("without trust nobody is asked", () =>
	withFolder(false, async (session, folder, edits) => {
		await ask(session);
		assert.deepEqual(edits, []);
		await assert.rejects(readdir(join(folder, ".polyglot", "runs")), /ENOENT/);
	}));

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
	type CodeAction,
	CodeActionRequest,
	CodeLensRequest,
	DidChangeConfigurationNotification,
	ExecuteCommandRequest,
	type TextDocumentEdit,
	TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Session, startSession } from "./lsp-session.ts";

const weak = (id: string) =>
	JSON.stringify({ id, language: "de", prompt: `Sag etwas über ${id}.`, response: `${id} ist gut so. `.repeat(8) });
const fine = JSON.stringify({ id: "x", language: "de", prompt: "Wie geht es?", response: "Danke, gut, und selbst?" });

async function withFolder(
	isTrusted: boolean,
	body: (session: Session, folder: string) => Promise<void>,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-decisions-"));
	const session = await startSession({
		folderUri: pathToFileURL(folder).href,
		isTrusted,
		capabilities: { workspace: { configuration: true } },
	});
	try {
		await body(session, folder);
		assert.equal(await session.end(), 0);
	} finally {
		session.kill();
		await rm(folder, { recursive: true });
	}
}

async function actionsAt(session: Session, line: number): Promise<CodeAction[]> {
	const at = { start: { line, character: 0 }, end: { line, character: 0 } };
	const params = { textDocument: { uri: session.uri }, range: at, context: { diagnostics: [] } };
	return (await session.connection.sendRequest(CodeActionRequest.type, params)) as CodeAction[];
}

async function choose(session: Session, line: number, title: string): Promise<void> {
	const action = (await actionsAt(session, line)).find((one) => one.title === title);
	assert.ok(action?.command, title);
	await session.connection.sendRequest(ExecuteCommandRequest.type, {
		command: action.command.command,
		arguments: action.command.arguments ?? [],
	});
}

test("an accepted sample is not marked again, wherever it moves, until the decision is taken back", () =>
	withFolder(true, async (session, folder) => {
		await session.open(`${weak("Anton")}\n${weak("Berta")}\n`);
		await session.pushed((diagnostics) => diagnostics.length === 2);
		await choose(session, 0, "Mark this sample accepted");
		const left = await session.pushed((diagnostics) => diagnostics.length === 1);
		assert.equal(left[0]?.range.start.line, 1);
		await session.edit({ start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, `${fine}\n`);
		const moved = await session.pushed((diagnostics) => diagnostics[0]?.range.start.line === 2);
		assert.equal(moved.length, 1);
		const rows = (await readFile(join(folder, ".polyglot", "review.jsonl"), "utf8")).trimEnd().split("\n");
		assert.deepEqual(
			rows.map((row) => JSON.parse(row).decision),
			["accepted"],
		);
		await choose(session, 1, "Show all findings of this sample again");
		await session.pushed((diagnostics) => diagnostics.length === 2);
	}));

test("a finding is hidden by its code, the others stay", () =>
	withFolder(true, async (session) => {
		await session.open(weak("Anton"));
		const [before] = await session.pushed((diagnostics) => diagnostics.length === 1);
		assert.equal(before?.code, "degenerate-loop");
		await choose(session, 0, "Hide degenerate-loop for this sample");
		const [after] = await session.pushed((diagnostics) => diagnostics[0]?.code !== "degenerate-loop");
		assert.equal(after?.code, "repetition");
	}));

/** Asks until there is an answer: the server asks for the new settings before it has them. */
async function untilSome<T>(ask: () => Promise<readonly T[] | null>): Promise<readonly T[]> {
	for (let tries = 0; tries < 200; tries += 1) {
		const found = await ask();
		if (found && found.length > 0) return found;
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
	return [];
}

test("code lenses stand above weak samples, once they are switched on", () =>
	withFolder(true, async (session) => {
		const ask = () => session.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: session.uri } });
		await session.open(`${fine}\n${weak("Anton")}`);
		await session.pushed((diagnostics) => diagnostics.length === 1);
		assert.deepEqual(await ask(), []);
		session.settings.value = { codeLens: { enabled: true } };
		await session.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: {} });
		const lenses = await untilSome(ask);
		assert.deepEqual(
			lenses.map(({ range, command }) => [range.start.line, command?.title.split(" ")[0]]),
			[
				[1, "degenerate-loop"],
				[1, "Mark"],
			],
		);
	}));

test("an untrusted workspace is not written into", () =>
	withFolder(false, async (session, folder) => {
		await session.open(weak("Anton"));
		await session.pushed((diagnostics) => diagnostics.length === 1);
		await choose(session, 0, "Mark this sample accepted");
		await assert.rejects(readFile(join(folder, ".polyglot", "review.jsonl")), /ENOENT/);
	}));

test("all samples with a finding are dropped or moved, unknown fields byte for byte", () =>
	withFolder(true, async (session) => {
		const odd = weak("Anton").replace("{", '{ "x" :1.0e2,\t"x":2, ');
		const text = `${odd}\n${fine}\n${weak("Berta")}\n${weak("Carla")}`;
		await session.open(text);
		await session.pushed((diagnostics) => diagnostics.length === 3);
		const actions = await actionsAt(session, 0);
		const apply = (content: string, edit: TextDocumentEdit) =>
			TextDocument.applyEdits(TextDocument.create("file:///x", "jsonl", 1, content), edit.edits.filter(TextEdit.is));
		const drop =
			actions.find(({ title }) => title === "Drop all 3 samples with degenerate-loop")?.edit?.documentChanges ?? [];
		assert.equal(apply(text, drop[0] as TextDocumentEdit), `${fine}\n`);
		const move = actions.find(({ title }) => title.startsWith("Move all 3"))?.edit?.documentChanges ?? [];
		assert.deepEqual(
			move.map((change) => ("kind" in change ? change.kind : change.textDocument.uri)),
			["create", "file:///test/samples.rejects.jsonl", session.uri],
		);
		assert.equal(apply("", move[1] as TextDocumentEdit), `${odd}\n${weak("Berta")}\n${weak("Carla")}\n`);
	}));

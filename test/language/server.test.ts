import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
	type CodeAction,
	CodeActionRequest,
	type DocumentDiagnosticReport,
	DocumentDiagnosticRequest,
	type DocumentSymbol,
	DocumentSymbolRequest,
	type Hover,
	HoverRequest,
	InlayHintRequest,
	type MarkupContent,
} from "vscode-languageserver/node";
import { type Session, type SessionOptions, startSession } from "./lsp-session.ts";

const good = JSON.stringify({
	id: "1",
	language: "de",
	strategy: "respond",
	model: "google/gemma-3-27b",
	prompt: "Warum ist der Himmel am Tag blau?",
	response: "Kurze Wellen des Sonnenlichts werden in der Luft stärker gestreut als lange, deshalb sehen wir Blau.",
});
const english = JSON.stringify({
	id: "2",
	language: "de",
	strategy: "respond",
	prompt: "Warum ist der Himmel am Tag blau?",
	response:
		"Short waves of sunlight are scattered by the air much more than long ones, which is why we see a blue sky.",
});

async function withSession(options: SessionOptions, body: (session: Session) => Promise<void>): Promise<void> {
	const session = await startSession(options);
	try {
		await body(session);
		assert.equal(await session.end(), 0);
		assert.deepEqual(session.complaints, []);
	} finally {
		session.kill();
	}
}

function markup(hover: Hover | null): MarkupContent {
	assert.ok(hover !== null && typeof hover.contents === "object" && "kind" in hover.contents);
	return hover.contents;
}

const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const markdownClient = { textDocument: { hover: { contentFormat: ["markdown" as const] } } };

test("hints name language, strategy and finding in 43 characters", () =>
	withSession({}, async (session) => {
		await session.open(`${good}\n${english}\n{"prompt": \n`);
		await session.pushed();
		const hints = await session.connection.sendRequest(InlayHintRequest.type, {
			textDocument: { uri: session.uri },
			range: everything,
		});
		assert.deepEqual(
			hints?.map(({ label, position }) => [position.line, position.character, label]),
			[
				[0, 0, "de · respond · ✓"],
				[1, 0, "de · respond · ⚠ language-mismatch"],
				[2, 0, "⚠ not-json"],
			],
		);
		assert.ok(hints?.every(({ label }) => label.length <= 43));
	}));

test("one diagnostic a weak sample, worst first, with a link to the check's page", () =>
	withSession({}, async (session) => {
		await session.open(`${good}\n${english}\n{"prompt": }\n${good}`);
		const found = await session.pushed((diagnostics) => diagnostics.length === 3);
		assert.deepEqual(
			found.map(({ range, code, severity }) => [range.start.line, code, severity]),
			[
				[2, "not-json", 1],
				[1, "language-mismatch", 3],
				[3, "exact-duplicate", 3],
			],
		);
		assert.deepEqual(found[0]?.range, { start: { line: 2, character: 11 }, end: { line: 2, character: 12 } });
		assert.match(String(found[1]?.message), /^The response is in English, not German/);
		for (const { codeDescription } of found) {
			assert.match(await readFile(fileURLToPath(codeDescription?.href ?? ""), "utf8"), /^# `/);
		}
	}));

test("near duplicates are marked once typing has stopped", () =>
	withSession({}, async (session) => {
		const near = JSON.stringify({
			...JSON.parse(good),
			id: "9",
			response: `${JSON.parse(good).response} Abends ist er rot.`,
		});
		await session.open(`${good}\n${near}\n`);
		const found = await session.pushed((diagnostics) => diagnostics.some(({ code }) => code === "near-duplicate"));
		assert.equal(found[0]?.range.start.line, 1);
	}));

test("an edit inside a line changes what is said of that line, and only of it", () =>
	withSession({}, async (session) => {
		await session.open(`${good}\n${english}\n`);
		assert.equal((await session.pushed()).length, 1);
		const character = english.indexOf('"de"') + 1;
		await session.edit({ start: { line: 1, character }, end: { line: 1, character: character + 2 } }, "en");
		const after = await session.pushed();
		assert.deepEqual(
			after.map(({ range, message }) => [range.start.line, String(message).slice(0, 36)]),
			[[1, "The prompt is in German, not English"]],
		);
		await session.edit({ start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }, "{\n\n");
		const broken = await session.pushed((diagnostics) => diagnostics.some(({ code }) => code === "not-json"));
		assert.equal(broken[0]?.range.start.line, 0);
	}));

test("an editor that pulls gets the same diagnostics", () =>
	withSession({ capabilities: { textDocument: { diagnostic: {} } } }, async (session) => {
		assert.deepEqual(session.started.capabilities.diagnosticProvider, {
			interFileDependencies: false,
			workspaceDiagnostics: false,
		});
		await session.open(`${good}\n${english}\n`);
		const report: DocumentDiagnosticReport = await session.connection.sendRequest(DocumentDiagnosticRequest.type, {
			textDocument: { uri: session.uri },
		});
		assert.ok(report.kind === "full");
		assert.deepEqual(
			report.items.map(({ code }) => code),
			["language-mismatch"],
		);
	}));

test("the hover gives every metric and the reasons", () =>
	withSession({ capabilities: markdownClient }, async (session) => {
		await session.open(`${good}\n${english}\n`);
		await session.pushed();
		const hover = await session.connection.sendRequest(HoverRequest.type, {
			textDocument: { uri: session.uri },
			position: { line: 1, character: 30 },
		});
		const { kind, value } = markup(hover);
		assert.equal(kind, "markdown");
		assert.match(value, /The response is in English, not German/);
		for (const metric of [
			"characters of the response",
			"letters in the script of German",
			"characters in loops",
			"ROUGE-L",
		]) {
			assert.match(value, new RegExp(metric));
		}
	}));

test("hostile text of a sample stays text in the hover", () =>
	withSession({ capabilities: markdownClient }, async (session) => {
		const hostile =
			"[x](command:evil) <img src=x onerror=alert(1)> ![i](https://e.vil/p.png) https://e.vil `c` **b** | a\n# h";
		await session.open(
			JSON.stringify({
				id: hostile,
				language: hostile,
				strategy: hostile,
				model: hostile,
				prompt: 5,
				messages: [{ role: hostile, content: hostile }],
				response: "x",
			}),
		);
		await session.pushed();
		const hover = await session.connection.sendRequest(HoverRequest.type, {
			textDocument: { uri: session.uri },
			position: { line: 0, character: 3 },
		});
		const { value } = markup(hover);
		assert.ok(value.includes("command\\:evil"), value);
		const title = value.split("\n")[0] ?? "";
		assert.doesNotMatch(title.slice(2, -2), /(?<!\\)[<>[\]`*_#|:]/);
	}));

test("symbols name the sample", () =>
	withSession({}, async (session) => {
		await session.open(`${good}\n\n[]\n`);
		const symbols = (await session.connection.sendRequest(DocumentSymbolRequest.type, {
			textDocument: { uri: session.uri },
		})) as DocumentSymbol[];
		assert.deepEqual(
			symbols.map(({ name }) => name),
			["#1 · de · respond · gemma-3-27b", "#3 · not a sample"],
		);
	}));

test("a weak sample can be dropped, its line and nothing else", () =>
	withSession({}, async (session) => {
		await session.open(`${good}\n${english}\n`);
		await session.pushed();
		const at = { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } };
		const actions = (await session.connection.sendRequest(CodeActionRequest.type, {
			textDocument: { uri: session.uri },
			range: at,
			context: { diagnostics: [] },
		})) as CodeAction[];
		const drop = actions.find(({ title }) => title === "Drop the sample in line 2");
		assert.deepEqual(drop?.edit?.changes?.[session.uri], [
			{ range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }, newText: "" },
		]);
	}));

test("any bytes are survived, and good lines keep their answer", () =>
	withSession({}, async (session) => {
		const bad = [
			"\u0000\ufffd",
			'{"prompt":"\\ud800","response":"\\udfff"}',
			"[".repeat(200_000),
			`{"prompt":"${"a".repeat(300_000)}`,
			"\ufeff{}",
			'{"a":1,"a":2}',
		];
		await session.open([...bad, good].join("\n"));
		const found = await session.pushed((diagnostics) => diagnostics.length === bad.length);
		assert.ok(found.every(({ range }) => range.start.line < bad.length));
	}));

test("the settings switch surfaces off and cap the marks", () =>
	withSession(
		{
			capabilities: { workspace: { configuration: true } },
			settings: {
				diagnostics: { enabled: true, maximum: 2 },
				hover: { enabled: false },
				inlayHints: { enabled: false },
			},
		},
		async (session) => {
			await session.open("{\n".repeat(5));
			assert.equal((await session.pushed((diagnostics) => diagnostics.length === 2)).length, 2);
			const place = { textDocument: { uri: session.uri }, position: { line: 0, character: 0 } };
			assert.equal(await session.connection.sendRequest(HoverRequest.type, place), null);
			assert.deepEqual(
				await session.connection.sendRequest(InlayHintRequest.type, { ...place, range: everything }),
				[],
			);
		},
	));

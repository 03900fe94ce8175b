/** What only the whole file, or all open files, can say: copies elsewhere, prompts that overlap, unusual spelling. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	DidCloseTextDocumentNotification,
	type Hover,
	HoverRequest,
	type MarkupContent,
} from "vscode-languageserver/node";
import { seedAt, seedsIn } from "../core/checks/practice-seeds.ts";
import { type Session, startSession } from "./lsp-session.ts";

async function withSession(body: (session: Session) => Promise<void>): Promise<void> {
	const session = await startSession();
	try {
		await body(session);
		assert.equal(await session.end(), 0);
		assert.deepEqual(session.complaints, []);
	} finally {
		session.kill();
	}
}

const line = (row: object) => `${JSON.stringify(row)}\n`;
const other = "file:///test/second%20file.jsonl";

test("a sample that stands in a file opened before is marked in the later file, until that is closed", () =>
	withSession(async (session) => {
		const near = { ...seedAt("de", 5), response: `${seedAt("de", 5).response} Abends ist er rot.` };
		await session.open(line(seedAt("de", 3)) + line(near), other);
		await session.pushed((diagnostics) => diagnostics.length === 0, other);
		await session.open(line(seedAt("de", 4)) + line(seedAt("de", 3)) + line(seedAt("de", 5)));
		const found = await session.pushed((diagnostics) => diagnostics.length === 2);
		assert.deepEqual(
			found.map(({ code, range, message }) => [
				code,
				range.start.line,
				/ line (\d) of second file\.jsonl/.exec(String(message))?.[1],
			]),
			[
				["exact-duplicate", 1, "1"],
				["near-duplicate", 2, "2"],
			],
		);
		await session.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri: other } });
		await session.pushed((diagnostics) => diagnostics.length === 0);
	}));

test("prompts that overlap and unusual spelling are marked once typing has stopped", () =>
	withSession(async (session) => {
		const prompt = "Erkläre mir bitte in zwei kurzen Sätzen, warum der Himmel am Tag blau ist.";
		const reworded = prompt.replace("Tag blau", "Abend rot");
		const noisy = { ...seedAt("de", 70), response: seedAt("de", 70).response.replace(/[en]/g, "q") };
		const rows = [
			{ ...seedAt("de", 0), prompt },
			{ ...seedAt("de", 1), prompt: reworded, strategy: "generate" },
			...seedsIn("de").slice(2, 62),
			noisy,
		];
		await session.open(rows.map(line).join(""));
		const found = await session.pushed((diagnostics) => diagnostics.some(({ code }) => code === "noise"));
		const places = found.map(({ code, range }) => [code, range.start.line]);
		assert.deepEqual(places.slice(0, 1), [["instruction-overlap", 1]]);
		assert.deepEqual(places.at(-1), ["noise", rows.length - 1]);
		const hover: Hover | null = await session.connection.sendRequest(HoverRequest.type, {
			textDocument: { uri: session.uri },
			position: { line: rows.length - 1, character: 3 },
		});
		assert.ok(hover);
		const { value } = hover.contents as MarkupContent;
		// The reason with whose number it is held against, then each metric with its place among the file's samples.
		assert.match(value, /robust z [\d.]+ of its bits a character, over 5\. \(ours, robust z;/);
		assert.match(value, /characters in loops: 0 %, 100 % of 63 have no more, threshold 12 % \(our measurement/);
	}));

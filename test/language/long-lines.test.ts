import assert from "node:assert/strict";
import { test } from "node:test";
import { HoverRequest } from "vscode-languageserver/node";
import { seedAt } from "../core/checks/practice-seeds.ts";
import { startSession } from "./lsp-session.ts";

/** Wall time on a machine that may do much else; what a line may take by itself is held by annotate-limits.test.ts. */
const longestWaitMs = 5000;

test("lines of 20 MB and 100,000 brackets die nobody, and good lines are answered meanwhile", async () => {
	const session = await startSession();
	try {
		const long = JSON.stringify({ language: "de", prompt: "Was?", response: "Das ist ein Satz. ".repeat(1_100_000) });
		const bad = JSON.stringify({ ...seedAt("de", 1), response: seedAt("en", 1).response });
		const lines = [JSON.stringify(seedAt("de", 0)), long, "[".repeat(100_000), bad, "[".repeat(5_000_000), ""];
		await session.open(lines.join("\n"));
		let isDone = false;
		const all = session
			.pushed((diagnostics) => diagnostics.length >= 4)
			.finally(() => {
				isDone = true;
			});
		let longest = 0;
		for (let asked = 0; !isDone || asked === 0; asked += 1) {
			const started = performance.now();
			const position = { line: 0, character: 3 };
			assert.ok(
				await session.connection.sendRequest(HoverRequest.type, { textDocument: { uri: session.uri }, position }),
			);
			longest = Math.max(longest, performance.now() - started);
		}
		const codes = (await all).map(({ range, code }) => `${range.start.line} ${code}`).sort();
		assert.deepEqual(codes, ["1 degenerate-loop", "2 not-json", "3 language-mismatch", "4 not-json"]);
		assert.ok(longest < longestWaitMs, `${Math.round(longest)} ms`);
		assert.equal(await session.end(), 0);
		assert.deepEqual(session.complaints, []);
	} finally {
		session.kill();
	}
});

/** Folds over the real protocol: runs of samples by language, then by teacher and strategy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FoldingRangeRequest } from "vscode-languageserver/node";
import { startSession } from "./lsp-session.ts";

/** Rows such as `de/a`: language and teacher; an empty one is a blank line. Folds as `first-last`, counted from 1. */
async function check(rows: string, expected: readonly string[]): Promise<void> {
	const session = await startSession();
	try {
		const text = rows.split(" ").map((row, index) => {
			const [language, model] = row.split("/");
			return row === "." ? "" : JSON.stringify({ language, model, prompt: `Number ${index}?`, response: "An answer." });
		});
		await session.open(text.join("\n"));
		const textDocument = { uri: session.uri };
		const folds = await session.connection.sendRequest(FoldingRangeRequest.type, { textDocument });
		assert.deepEqual(
			folds?.map(({ startLine, endLine }) => `${startLine + 1}-${endLine + 1}`),
			expected,
		);
	} finally {
		session.kill();
	}
}

test("runs of a language fold, and teachers' runs within them", () =>
	check("de/a de/a de/a de/b de/b de/b ar/a ar/a ar/a", ["1-6", "1-3", "4-6", "7-9"]));
test("a file in one language folds by teacher alone", () => check("de/a de/a de/a de/b de/b de/b", ["1-3", "4-6"]));
test("runs of two are not folded", () => check("de/a de/a ar/a ar/a", []));
test("a blank line within a run breaks nothing", () => check("de/a de/a . de/a ar/a ar/a ar/a", ["1-4", "5-7"]));

test("a long file that is still being read is folded at once, and holds nothing up", () => {
	const rows = Array.from({ length: 3000 }, (_, index) => (index < 1500 ? "de/a" : "ar/a"));
	return check(rows.join(" "), ["1-1500", "1501-3000"]);
});

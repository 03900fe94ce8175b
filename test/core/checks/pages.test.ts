import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { checkCodes } from "../../../server/core/checks/codes.ts";
import { withThresholds } from "../../tools/threshold-section.ts";

const folder = new URL("../../../media/checks/", import.meta.url);

for (const code of checkCodes) {
	test(`${code} has a page with examples, its thresholds and how to switch it off`, () => {
		const path = new URL(`${code}.md`, folder);
		assert.ok(existsSync(path));
		const page = readFileSync(path, "utf8");
		assert.ok(page.startsWith(`# \`${code}\`: `));
		assert.ok(page.includes(`"${code}": { "enabled": false }`));
		assert.match(page, /^(?:Finds|Shows): ./mu);
		assert.match(page, /^Leaves alone: ./mu);
		assert.equal(page, withThresholds(page, code), "run `node test/tools/check-pages.ts`");
	});
}

test("no page is of a check that does not exist", () => {
	const known = new Set<string>(checkCodes.map((code) => `${code}.md`));
	assert.deepEqual(
		readdirSync(folder).filter((name) => !known.has(name)),
		[],
	);
});

/** What the README says of settings and commands is what the product has. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const readme = read("README.md");

test("the settings table is the settings of package.json", () => {
	const manifest: {
		contributes: { configuration: { properties: Record<string, { default: unknown; description: string }> } };
	} = JSON.parse(read("package.json"));
	const expected = Object.entries(manifest.contributes.configuration.properties).map(
		([name, setting]) => `| \`${name}\` | \`${String(setting.default)}\` | ${setting.description} |`,
	);
	const table = readme.split("\n").filter((line) => line.startsWith("| `polyglot."));
	assert.deepEqual(table, expected);
});

test("every command of the command line is in the README", () => {
	const names = [...read("server/cli.ts").matchAll(/^\t(\w+): \{(?: summary|$)/gm)].map((match) => match[1]);
	assert.ok(names.length >= 8);
	for (const name of names) assert.match(readme, new RegExp(`polyglot ${name}\\b`), name);
});

test("every file that ARCHITECTURE.md names exists", () => {
	const named = [...read("ARCHITECTURE.md").matchAll(/`((?:extension|webview|server|media|test)\/[\w./-]+)`/g)];
	assert.ok(named.length > 15);
	for (const [, path = ""] of named) {
		assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), path);
	}
});

/** The walls between folders and the size of files, held against every import, type-only ones included. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../", import.meta.url).pathname;
const sources = globSync("{extension,webview,server}/**/*.{ts,mjs}", {
	cwd: root,
	exclude: (path) => path.includes("trainer/."),
});

/** What a folder's files may import: regular expressions over the specifier, relative ones resolved from the root. */
const walls: Readonly<Record<string, { readonly may: readonly RegExp[]; readonly why: string }>> = {
	"server/core/": {
		may: [/^server\/core\//, /^zod\/mini$/, /^(franc|jsonc-parser|d3-[a-z]+|ml-[a-z-]+|@stdlib\/.*)$/],
		why: "core is pure",
	},
	"server/node/": {
		may: [
			/^server\/(core|node)\//,
			/^node:/,
			/^(openai|ws|undici|zod\/mini|jsonc-parser|cld3-asm|hyparquet|hyparquet-compressors|fzstd|@huggingface\/tokenizers)/,
		],
		why: "effects over core",
	},
	"server/language/": {
		may: [/^server\/(core|node|language)\//, /^node:/, /^(vscode-languageserver|zod\/mini|jsonc-parser)/],
		why: "LSP over node and core",
	},
	"server/practice/": {
		may: [/^server\/(core|node|practice)\//, /^node:/, /^(ws|zod\/mini)/],
		why: "servers over node and core",
	},
	"extension/": {
		may: [
			/^extension\//,
			/^server\/core\//,
			/^node:crypto$/,
			/^(vscode|vscode-languageclient\/node|zod\/mini|jsonc-parser)$/,
		],
		why: "UI and secrets only",
	},
	"webview/": { may: [/^webview\//, /^server\/core\//, /^(d3|d3-[a-z]+|zod\/mini)$/], why: "drawing only" },
};

for (const [folder, { may, why }] of Object.entries(walls)) {
	test(`${folder} imports nothing beyond its wall (${why})`, () => {
		const broken = sources
			.filter((path) => path.startsWith(folder))
			.flatMap((path) => importsOf(path).map((specifier) => ({ path, specifier })))
			.filter(({ specifier }) => !may.some((pattern) => pattern.test(specifier)))
			.map(({ path, specifier }) => `${path} imports ${specifier}`);
		assert.deepEqual(broken, []);
	});
}

test("core has no clock and no randomness of its own", () => {
	const found = sources
		.filter((path) => path.startsWith("server/core/"))
		.filter((path) => /\b(Date\.now|new Date\(\)|Math\.random|performance\.now)\b/.test(code(path)));
	assert.deepEqual(found, []);
});

test("only the extension knows `vscode`", () => {
	const found = sources
		.filter((path) => !path.startsWith("extension/"))
		.filter((path) => importsOf(path).includes("vscode"));
	assert.deepEqual(found, []);
});

test("panels never build HTML out of text", () => {
	const found = sources
		.filter((path) => path.startsWith("webview/"))
		.filter((path) => /\b(innerHTML|outerHTML|insertAdjacentHTML)\b|\.html\(/.test(code(path)));
	assert.deepEqual(found, []);
});

test("`activate` stays under 20 lines", () => {
	const body =
		/export async function activate[\s\S]*?\n\}/.exec(readFileSync(`${root}extension/main.ts`, "utf8"))?.[0] ?? "";
	assert.ok(body.length > 0 && body.split("\n").length < 20, body);
});

test("the top level holds the fixed folders, documents and tool configuration only", () => {
	const allowed =
		/^(extension|webview|server|media|test|node_modules|dist|test-results|package(-lock)?\.json|tsconfig\.json|biome\.json|LICENSE|[A-Z_]+\.(md|txt)|\..*)$/;
	assert.deepEqual(
		globSync("*", { cwd: root }).filter((name) => !allowed.test(name)),
		[],
	);
});

function code(path: string): string {
	return readFileSync(`${root}${path}`, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

/** Every module a file names: imports, re-exports, dynamic and type-only ones. */
function importsOf(path: string): string[] {
	const named = code(path).matchAll(/\b(?:from |import |import\()"([^"\n]+)"/g);
	return [...named].map((match) => resolved(path, match[1] ?? ""));
}

function resolved(path: string, specifier: string): string {
	if (!specifier.startsWith(".")) return specifier;
	return new URL(specifier, new URL(path, "file:///")).pathname.slice(1);
}

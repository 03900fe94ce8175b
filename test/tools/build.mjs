// Bundles the product: the extension, the engine (with the command line) and the panels.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { root } from "./setup.mjs";

/** Bundled CommonJS packages still call `require`, and CLD3's start-up code reads `__dirname`, which an ES module has not. */
const requireBanner = [
	'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	"const __dirname = import.meta.dirname;",
].join(" ");

const shared = {
	bundle: true,
	absWorkingDir: root,
	logLevel: "warning",
	legalComments: "none",
	target: "es2024",
	metafile: true,
	// CLD3's loader can also mount files, wrongly; nothing here asks it to.
	logOverride: { "call-import-namespace": "silent" },
};

/** Packages for Node; some have a CommonJS form that no bundler can follow, so the module form comes first. */
const forNode = { ...shared, platform: "node", mainFields: ["module", "main"] };

/** Every bundle there is. */
const bundles = [
	{
		...forNode,
		entryPoints: { extension: "extension/main.ts" },
		format: "cjs",
		external: ["vscode"],
		outExtension: { ".js": ".cjs" },
	},
	{
		...forNode,
		entryPoints: { polyglot: "server/cli.ts" },
		format: "esm",
		banner: { js: requireBanner },
		outExtension: { ".js": ".mjs" },
	},
	{ ...shared, entryPoints: { webview: "webview/main.ts" }, platform: "browser", format: "iife" },
];

/** Builds into `dist/`; minified for the vsix. Returns esbuild's account of what went into each bundle. */
export async function build({ minify = true } = {}) {
	const dist = join(root, "dist");
	rmSync(dist, { recursive: true, force: true });
	const built = await Promise.all(bundles.map((bundle) => esbuild.build({ ...bundle, outdir: dist, minify })));
	return built.map((one) => one.metafile);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ minify: !process.argv.includes("--no-minify") });

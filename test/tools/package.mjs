// Builds the product and packs it as dist/polyglot-lens.vsix.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { writeNotices } from "./notices.mjs";
import { nodePath, root } from "./setup.mjs";

export const vsixPath = join(root, "dist/polyglot-lens.vsix");

/** Packs the extension. Throws with vsce's own words when it refuses. */
export async function packageExtension() {
	writeNotices(await build());
	return packFolder(root, vsixPath);
}

/** Packs an extension's folder as it stands, such as a companion of the tests. */
export function packFolder(folder, out) {
	const vsce = join(root, "node_modules/@vscode/vsce/vsce");
	const args = [
		"package",
		"--no-dependencies",
		"--allow-missing-repository",
		"--no-rewrite-relative-links",
		"--out",
		out,
	];
	const done = spawnSync(nodePath(), [vsce, ...args], { cwd: folder, encoding: "utf8" });
	if (done.status !== 0) throw new Error(`Packing ${folder} failed:\n${done.stdout}${done.stderr}`);
	return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const path = await packageExtension();
	console.log(`${path} (${(statSync(path).size / 1e6).toFixed(2)} MB)`);
}

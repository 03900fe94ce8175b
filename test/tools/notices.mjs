// The licences of everything that the bundles contain, taken from the packages themselves.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Writes dist/THIRD_PARTY_NOTICES.txt. Throws when a bundled package has no licence text: it may not be shipped then. */
export function writeNotices(metafiles) {
	const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
	const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
	const entries = [...folders].sort().map((folder) => notice(join(root, folder)));
	const head = "Polyglot Lens contains the following software, each under its own licence.\n";
	writeFileSync(join(root, "dist/THIRD_PARTY_NOTICES.txt"), [head, ...entries].join(`\n${"-".repeat(80)}\n\n`));
}

function notice(folder) {
	const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$|-)/i.test(entry));
	const text = file
		? readFileSync(join(folder, file), "utf8")
		: (licenceInReadme(folder) ?? declaredMit(license, author));
	if (!text) throw new Error(`${name} ${version} (${license}) has no licence text; it may not be bundled without one.`);
	return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/** A package that only declares the MIT licence gets its text, with the author it names. */
function declaredMit(license, author) {
	if (license !== "MIT" || author === undefined) return undefined;
	const [, terms] = readFileSync(join(root, "LICENSE"), "utf8").split("authors\n");
	return `MIT License\n\nCopyright (c) ${typeof author === "string" ? author : author.name}\n${terms}`;
}

/** Some packages print their licence at the end of the readme only. */
function licenceInReadme(folder) {
	const readme = readdirSync(folder).find((entry) => /^readme\.md$/i.test(entry));
	if (!readme) return undefined;
	return /^#+ licen[cs]e\s*$([\s\S]*)/im.exec(readFileSync(join(folder, readme), "utf8"))?.[1];
}

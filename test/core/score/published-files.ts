/** The published files and the oracles, read once for the tests. */
import { readFileSync } from "node:fs";
import { loadPublished } from "../../../server/node/score-files.ts";

const root = new URL("../../../", import.meta.url);

export const mediaFolder = new URL("media", root).pathname;
export const published = await loadPublished(mediaFolder);

export const mediaText = (name: string) => readFileSync(new URL(`media/published/${name}`, root), "utf8");
export const mediaJson = (name: string) => JSON.parse(mediaText(name));
export const oracle = (name: string) => JSON.parse(readFileSync(new URL(`test/fixtures/paper/${name}`, root), "utf8"));
export const mediaRows = (name: string) =>
	mediaText(name)
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));

export const tables = mediaJson("published-tables.json");
export const modelNames: Readonly<Record<string, string>> = tables.name_to_model;

/** How the responses begin that a picture's lists name: read again, since texts are not kept while measuring. */
import type { DragList } from "../core/measure/measure-picture.ts";
import { readMeasured } from "../core/measure/measured-sample.ts";
import type { FieldMapping } from "../core/project.ts";
import { openSampleSource, type SampleSource } from "./sample-source.ts";

const longest = 160;

/** Files that can't be read any more leave their entries without excerpts. */
export async function withExcerpts(
	lists: readonly DragList[],
	paths: readonly string[],
	mapping: FieldMapping | undefined,
): Promise<DragList[]> {
	const sources = await Promise.all(paths.map((path) => openSampleSource(path).catch(() => null)));
	try {
		const filled: DragList[] = [];
		for (const list of lists) {
			const entries = list.entries.map(async (entry) => ({
				...entry,
				excerpt: await excerpt(sources[entry.file] ?? null, entry.line, mapping),
			}));
			filled.push({ ...list, entries: await Promise.all(entries) });
		}
		return filled;
	} finally {
		await Promise.all(sources.map((source) => source?.[Symbol.asyncDispose]()));
	}
}

async function excerpt(
	source: SampleSource | null,
	line: number,
	mapping: FieldMapping | undefined,
): Promise<string | null> {
	const text = await source?.readLine(line - 1).catch(() => null);
	const response = text == null ? null : readMeasured(text, mapping)?.response;
	if (response == null) return null;
	const flat = response
		.slice(0, 4 * longest)
		.replaceAll(/[\s\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ")
		.trim();
	const letters = [...flat];
	return letters.length > longest ? `${letters.slice(0, longest).join("")}…` : flat;
}

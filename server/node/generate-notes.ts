/** What the user should know about a run's seeds and endpoints before it goes on, in sentences. */
import type { Manifest } from "../core/generate/run-records.ts";
import type { Seeds } from "./generate-seeds.ts";

export const runNotes = (manifest: Manifest, seeds: Seeds): string[] => [
	...seedNotes(seeds),
	...contextNotes(manifest),
];

function seedNotes({ rows, unusable, otherSplits }: Seeds): string[] {
	const notes: string[] = [];
	if (unusable.length > 0)
		notes.push(`${unusable.length} lines are no seeds and were left out, the first at ${unusable[0]}.`);
	if (otherSplits > 0)
		notes.push(
			`${rows.length} seeds are used; ${otherSplits} of the reference and held-out splits are kept for students.`,
		);
	return notes;
}

/** A prompt that is cut without an error makes worse samples and says nothing. */
function contextNotes({ probes = {} }: Manifest): string[] {
	return Object.entries(probes).flatMap(([teacher, { context, notes: found }]) => {
		if (context?.isKept !== false) return [];
		return [
			`${teacher}: ${found.at(-1)} Raise its context length, such as OLLAMA_CONTEXT_LENGTH, or use shorter seeds.`,
		];
	});
}

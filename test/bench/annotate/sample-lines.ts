/** Samples to measure speed with: own mixes of the practice seeds' sentences, so that no two lines are the same. */
import { seedAt, testLanguages } from "../../core/checks/practice-seeds.ts";

const seeds = 120;

/** One line with an answer of about `length` characters, in the eight languages by turns. */
export function sampleLine(index: number, length: number, random: () => number): string {
	const language = testLanguages[index % testLanguages.length] ?? "de";
	const below = (limit: number) => Math.floor(random() * limit);
	const sentences: string[] = [];
	for (let size = 0; size < length; ) {
		const { response } = seedAt(language, below(seeds));
		const parts = response.split(/(?<=[.。؟!?])\s*/u);
		const part = parts[below(parts.length)] ?? response;
		sentences.push(part);
		size += part.length;
	}
	const { prompt } = seedAt(language, below(seeds));
	const row = {
		id: String(index),
		language,
		strategy: "respond",
		model: "bench",
		prompt,
		response: sentences.join(" "),
	};
	return JSON.stringify(row);
}

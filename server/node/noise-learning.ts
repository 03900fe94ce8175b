/** Learns a file's spelling from stretches all over it, before its lines are scored. */
import { type AnnotateOptions, glanceAt } from "../core/annotate.ts";
import { NoiseScorer, type SharedNoise, spellingOf } from "../core/checks/noise.ts";
import { isEnabled } from "../core/checks/settings.ts";
import { readLanguage } from "../core/languages.ts";
import type { LineIndex } from "./line-index.ts";
import type { NoiseReference } from "./noise-reference.ts";

/** Stretches read of a large file, and their bytes: enough for eight languages' 300,000 characters each. */
const stretches = 64;
const stretchBytes = 1 << 16;

export async function learntNoise(
	index: LineIndex,
	options: AnnotateOptions,
	reference: NoiseReference,
): Promise<SharedNoise> {
	const scorer = new NoiseScorer();
	const seen = new Set<string>();
	const learn = (line: string) => {
		const { sample, language } = glanceAt(line, options);
		const code = readLanguage(language)?.code ?? language;
		if (!sample || code === null || !isEnabled(options.project.checks, "noise", code)) return;
		const spelling = spellingOf(sample);
		if (spelling === null) return;
		if (!seen.has(code)) for (const text of reference.get(code) ?? []) scorer.learn(code, text);
		seen.add(code);
		scorer.learn(code, spelling);
	};
	const ranges = [...index.ranges(stretchBytes)];
	const step = Math.max(1, ranges.length / stretches);
	for (let at = 0; at < ranges.length; at += step) {
		const range = ranges[Math.floor(at)];
		if (!range) break;
		for await (const lines of index.readLines(range.from, range.to)) for (const line of lines) learn(line);
	}
	return scorer.shared();
}

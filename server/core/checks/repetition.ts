/** `repetition`: lines or word groups come again too often. Gopher's rules with each language's own thresholds. */
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, type Metric, percent, turnName } from "./finding.ts";
import { type Word, wordsOf } from "./words.ts";

interface Measure {
	readonly name: "lines" | "2-grams" | "5-grams";
	readonly title: string;
	/** Share of characters; null where the text is too short to say. */
	readonly share: (text: string, words: readonly Word[]) => number | null;
}

/** Gopher judges documents of 50 words and more; five-word groups say enough on shorter answers. */
const leastWords = { "2-grams": 50, "5-grams": 20 };
const leastLines = 4;

const measures: readonly Measure[] = [
	{ name: "5-grams", title: "groups of five words that came before", share: (_, words) => repeatedFives(words) },
	{ name: "2-grams", title: "its most frequent pair of words", share: (_, words) => topPair(words) },
	{ name: "lines", title: "lines that came before", share: (text) => repeatedLines(text) },
];

export const repetition: Check = {
	code: "repetition",
	find: (sample, context) => responses(sample).flatMap((turn) => judge(turn, context)),
	measure: (sample, context) =>
		responses(sample).flatMap((turn) =>
			measured(turn, context).map(
				({ measure, share }): Metric => ({
					name: `characters in ${measure.title}`,
					value: share,
					unit: "share",
					field: turn.field,
					threshold: context.threshold("repetition", measure.name),
				}),
			),
		),
};

/** The measure that goes furthest beyond its threshold, if any. */
function judge(turn: Turn, context: CheckContext): Finding[] {
	const beyond = measured(turn, context)
		.map((found) => ({ ...found, threshold: context.threshold("repetition", found.measure.name) }))
		.filter(({ share, threshold }) => share > threshold.value)
		.sort((a, b) => b.share / b.threshold.value - a.share / a.threshold.value)[0];
	if (!beyond) return [];
	const { measure, share, threshold } = beyond;
	const language = context.language ? ` for ${context.language.name}` : "";
	return [
		{
			code: "repetition",
			severity: "information",
			message:
				`The ${turnName(turn)} repeats itself: ${percent(share)} of its characters are in ${measure.title}, ` +
				`over ${percent(threshold.value)}${language}.`,
			field: turn.field,
			start: 0,
			end: turn.text.length,
			value: share,
			threshold: threshold.value,
			source: threshold.source,
		},
	];
}

function measured(turn: Turn, context: CheckContext): { measure: Measure; share: number }[] {
	const text = context.prose(turn);
	const words = wordsOf(text, context.language);
	return measures.flatMap((measure) => {
		const share = measure.share(text, words);
		return share === null ? [] : [{ measure, share }];
	});
}

/** Share of characters of words inside a group of five seen before in the text. */
function repeatedFives(words: readonly Word[]): number | null {
	if (words.length < leastWords["5-grams"]) return null;
	const { counts, pairs } = pairsOf(words);
	const seen = new Set<string>();
	let repeated = 0;
	let counted = 0;
	/** Pairs in a row that come more than once: a group can come again only if its four pairs do. */
	let shared = 0;
	for (const [last, pair] of pairs.entries()) {
		shared = (counts.get(pair) ?? 0) > 1 ? shared + 1 : 0;
		if (shared < 4) continue;
		const at = last - 3;
		const gram = gramAt(words, at, 5);
		if (!seen.has(gram)) {
			seen.add(gram);
			continue;
		}
		// A word in several repeated groups counts once.
		for (let index = Math.max(at, counted); index < at + 5; index += 1) repeated += words[index]?.text.length ?? 0;
		counted = at + 5;
	}
	return repeated / totalLength(words);
}

/** Share of characters in the most frequent pair; 0 where none comes twice. */
function topPair(words: readonly Word[]): number | null {
	if (words.length < leastWords["2-grams"]) return null;
	const { counts, pairs } = pairsOf(words);
	let best = 0;
	for (const [at, pair] of pairs.entries()) {
		const count = counts.get(pair) ?? 0;
		if (count > 1) best = Math.max(best, count * ((words[at]?.text.length ?? 0) + (words[at + 1]?.text.length ?? 0)));
	}
	return best / totalLength(words);
}

interface Pairs {
	/** For each word but the last the number of the pair it begins; equal pairs have equal numbers. */
	readonly pairs: Float64Array;
	readonly counts: ReadonlyMap<number, number>;
}

/** The two measures ask about the same words one after the other. */
let lastPairs: { readonly words: readonly Word[]; readonly found: Pairs } | undefined;

function pairsOf(words: readonly Word[]): Pairs {
	if (lastPairs?.words === words) return lastPairs.found;
	const numbers = new Map<string, number>();
	const pairs = new Float64Array(Math.max(0, words.length - 1));
	const counts = new Map<number, number>();
	let before = 0;
	for (const [at, { text }] of words.entries()) {
		const known = numbers.get(text);
		const number = known ?? numbers.size;
		if (known === undefined) numbers.set(text, number);
		if (at > 0) {
			const pair = before * 0x100000 + number;
			pairs[at - 1] = pair;
			counts.set(pair, (counts.get(pair) ?? 0) + 1);
		}
		before = number;
	}
	const found = { pairs, counts };
	lastPairs = { words, found };
	return found;
}

/** Share of characters in lines that stand before in the text; blank lines and rules do not count. */
function repeatedLines(text: string): number | null {
	const lines = text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => /[\p{L}\p{N}]/u.test(line));
	if (lines.length < leastLines) return null;
	const seen = new Set<string>();
	let repeated = 0;
	let total = 0;
	for (const line of lines) {
		total += line.length;
		if (seen.has(line)) repeated += line.length;
		else seen.add(line);
	}
	return repeated / total;
}

function gramAt(words: readonly Word[], at: number, size: number): string {
	let gram = words[at]?.text ?? "";
	for (let index = at + 1; index < at + size; index += 1) gram += ` ${words[index]?.text ?? ""}`;
	return gram;
}

function totalLength(words: readonly Word[]): number {
	return words.reduce((sum, { text }) => sum + text.length, 0);
}

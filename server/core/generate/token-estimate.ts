/** How many tokens a text has, roughly, where nobody counts: for estimates only, and shown as such. */

/**
 * Characters per token of current multilingual tokenizers, by script: assumptions in the middle of what they show.
 * An estimate from them is off by up to a half either way.
 */
const perToken: readonly [RegExp, number][] = [
	[/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Script=Hangul}\p{Script=Thai}]/gu, 1.2],
	[/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Cyrillic}\p{Script=Greek}]/gu, 2.4],
];
const otherPerToken = 3.8;

export function estimatedTokens(text: string): number {
	let rest = text.length;
	let tokens = 0;
	for (const [pattern, characters] of perToken) {
		const count = text.match(pattern)?.length ?? 0;
		rest -= count;
		tokens += count / characters;
	}
	return Math.ceil(tokens + Math.max(0, rest) / otherPerToken);
}

/** Tokens a text has for most current tokenizers, roughly: for a first look and for estimates, always shown as such. */

/** Part of every result it is in. */
export const quickTokensBackend = "estimate from UTF-8 bytes and scripts, off by up to a half";

/**
 * Bytes per token by script, in the middle of what current multilingual tokenizers show. Counting bytes instead of
 * characters halves the error for Japanese (text-metrics.md 2).
 */
const latinBytes = 4;
const otherBytes = 4.6;
const denseBytes = 3.4;

export function quickTokens(text: string): number {
	let latin = 0;
	let other = 0;
	let dense = 0;
	for (let at = 0; at < text.length; at += 1) {
		const unit = text.charCodeAt(at);
		if (unit < 0x80) latin += 1;
		else if (unit < 0x250) latin += 2;
		else if (unit < 0x800) other += 2;
		else if (unit >= 0xd800 && unit <= 0xdfff) dense += 2;
		else if (unit >= 0x2e80) dense += 3;
		else other += 3;
	}
	return Math.ceil(latin / latinBytes + other / otherBytes + dense / denseBytes);
}

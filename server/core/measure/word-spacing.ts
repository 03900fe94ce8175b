/** Whether a text's words are parted by spaces: by its language, else by its letters. */
import { readLanguage } from "../languages.ts";

/** ISO 639-1 codes of languages written without spaces between words, beyond those in the product's own table. */
const unspaced: ReadonlySet<string> = new Set(["ja", "zh", "yue", "th", "lo", "km", "my"]);

/** `language` as a row writes it; null where it states none. */
export function isSpaced(text: string, language: string | null): boolean {
	const known = readLanguage(language);
	if (known) return known.isSpaced;
	const code = language?.trim().toLowerCase().split(/[-_]/u)[0];
	if (code) return !unspaced.has(code);
	return !isMostlyUnspaced(text);
}

const looked = 2_000;

function isMostlyUnspaced(text: string): boolean {
	let unspacedLetters = 0;
	let letters = 0;
	for (let at = 0; at < Math.min(text.length, looked); at += 1) {
		const unit = text.charCodeAt(at);
		if (unit <= 0x40) continue;
		letters += 1;
		if (isUnspacedUnit(unit)) unspacedLetters += 1;
	}
	return unspacedLetters * 2 > letters;
}

/** Thai, Lao, Myanmar, Khmer, kana and Han; the surrogates of rarer Han count as neither. */
function isUnspacedUnit(unit: number): boolean {
	return (
		(unit >= 0x0e00 && unit <= 0x0eff) ||
		(unit >= 0x1000 && unit <= 0x109f) ||
		(unit >= 0x1780 && unit <= 0x17ff) ||
		(unit >= 0x3040 && unit <= 0x30ff) ||
		(unit >= 0x3400 && unit <= 0x9fff) ||
		(unit >= 0xf900 && unit <= 0xfaff)
	);
}

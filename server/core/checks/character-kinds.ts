/** What a character is, by Unicode's general category and white space, looked up once and remembered. */

export const letter = 1;
export const mark = 2;
export const number = 4;
export const decimalDigit = 8;
export const space = 16;
/** Any of the characters words are made of. */
export const inWord = letter | mark | number;

const known = 128;
/** Of each UTF-16 unit; 0 where it was not looked up. */
const units = new Uint8Array(65536);
const beyond = new Map<number, number>();

/** The kinds of a code point, as bits. */
export function kindsOf(point: number): number {
	const found = point < 65536 ? (units[point] as number) : (beyond.get(point) ?? 0);
	return found !== 0 ? found : lookUp(point);
}

function lookUp(point: number): number {
	const character = String.fromCodePoint(point);
	const kinds =
		known |
		(/\p{L}/u.test(character) ? letter : 0) |
		(/\p{M}/u.test(character) ? mark : 0) |
		(/\p{N}/u.test(character) ? number : 0) |
		(/\p{Nd}/u.test(character) ? decimalDigit : 0) |
		(/\s/u.test(character) ? space : 0);
	if (point < 65536) units[point] = kinds;
	else beyond.set(point, kinds);
	return kinds;
}

/** The code point at a unit; a lone surrogate is one by itself, as in a pattern with the flag `u`. */
export function pointAt(text: string, at: number): number {
	const unit = text.charCodeAt(at);
	return (unit & 0xfc00) === 0xd800 ? (text.codePointAt(at) ?? unit) : unit;
}

/** Letters (`\p{L}`) of a text; stops counting at `enough`. */
export function countLetters(text: string, enough = Number.POSITIVE_INFINITY): number {
	let count = 0;
	for (let at = 0; at < text.length && count < enough; at += 1) {
		const point = pointAt(text, at);
		if (point > 0xffff) at += 1;
		if ((kindsOf(point) & letter) !== 0) count += 1;
	}
	return count;
}

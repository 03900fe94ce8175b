/** Characters that change a text without being seen: found and named, so that the reading form can show them. */

/** A character nobody sees, where it stands (UTF-16) and what it is. */
export interface Invisible {
	readonly start: number;
	readonly end: number;
	/** A few letters to show in its place, such as `RLO`. */
	readonly sign: string;
	readonly name: string;
	/** It reorders what is around it, so that what is read may not be what is written. */
	readonly isReordering: boolean;
}

/** Every such character of the text, in order. Linear. */
export function invisibleCharacters(text: string): Invisible[] {
	const found: Invisible[] = [];
	for (const match of text.matchAll(candidate)) {
		const [character] = match;
		if (isInnocent(text, match.index, character)) continue;
		const point = character.codePointAt(0) ?? 0;
		const [sign, name] = names[point] ?? unnamed(point);
		found.push({
			start: match.index,
			end: match.index + character.length,
			sign,
			name: `${name} (${codePoint(point)})`,
			isReordering: reordering.has(point),
		});
	}
	return found;
}

/** The text on one line with every such character replaced by its sign, for lists and labels. */
export function visibleLine(text: string, longest: number): string {
	const head = text.slice(0, longest * 2);
	const line = head
		.replace(/\s+/gu, " ")
		.replace(candidate, (character: string, at: number) =>
			isInnocent(head, at, character) ? character : `\u27e8${signOf(character)}\u27e9`,
		)
		.trim();
	return line.length <= longest && text.length <= head.length ? line : `${cut(line, longest - 1)}…`;
}

/** The first `length` UTF-16 units, without half a character at the end. */
export function cut(text: string, length: number): string {
	return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

const signOf = (character: string) => {
	const point = character.codePointAt(0) ?? 0;
	return (names[point] ?? unnamed(point))[0];
};

/** Formats, controls and lone surrogates, and spaces of unusual width; line breaks and tabs are seen by what they do. */
const candidate =
	/[\p{Cf}\p{Cc}\p{Cs}\u00a0\u115f\u1160\u17b4\u17b5\u2000-\u200a\u2028\u2029\u202f\u205f\u3164\uffa0]/gu;

/** Characters a writing system needs: joiners within words and emoji, the flag's tags, a break's carriage return. */
function isInnocent(text: string, at: number, character: string): boolean {
	const point = character.codePointAt(0) ?? 0;
	if (point === 0x0a || point === 0x09) return true;
	if (point === 0x0d) return text[at + 1] === "\n";
	if (point === 0x200c || point === 0x200d)
		return joined.test(text.slice(Math.max(0, at - 2), at)) && joins(text, at + 1);
	// Signs before numbers of Arabic and Syriac are seen.
	if ((point >= 0x600 && point <= 0x605) || point === 0x6dd || point === 0x70f || point === 0x8e2) return true;
	if (point >= 0xe0020 && point <= 0xe007f) return flag.test(text.slice(Math.max(0, at - 16), at));
	return false;
}

const joined = /[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u;
const joiner = /^[\p{L}\p{M}\p{Extended_Pictographic}]/u;
const joins = (text: string, at: number) => joiner.test(text.slice(at, at + 2));
/** A black flag and the tags after it: England, Scotland, Wales. */
const flag = /\u{1f3f4}[\u{e0020}-\u{e007f}]*$/u;

const reordering = new Set([
	0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c,
]);

const names: Readonly<Record<number, readonly [sign: string, name: string]>> = {
	0: ["NUL", "null character"],
	7: ["BEL", "bell"],
	8: ["BS", "backspace"],
	11: ["VT", "line tabulation"],
	12: ["FF", "form feed"],
	13: ["CR", "carriage return"],
	27: ["ESC", "escape"],
	127: ["DEL", "delete"],
	133: ["NEL", "next line"],
	160: ["NBSP", "no-break space"],
	173: ["SHY", "soft hyphen"],
	1564: ["ALM", "Arabic letter mark"],
	4447: ["HCF", "Hangul choseong filler"],
	4448: ["HJF", "Hangul jungseong filler"],
	6158: ["MVS", "Mongolian vowel separator"],
	8203: ["ZWSP", "zero width space"],
	8204: ["ZWNJ", "zero width non-joiner"],
	8205: ["ZWJ", "zero width joiner"],
	8206: ["LRM", "left-to-right mark"],
	8207: ["RLM", "right-to-left mark"],
	8232: ["LS", "line separator"],
	8233: ["PS", "paragraph separator"],
	8234: ["LRE", "left-to-right embedding"],
	8235: ["RLE", "right-to-left embedding"],
	8236: ["PDF", "pop directional formatting"],
	8237: ["LRO", "left-to-right override"],
	8238: ["RLO", "right-to-left override"],
	8239: ["NNBSP", "narrow no-break space"],
	8288: ["WJ", "word joiner"],
	8294: ["LRI", "left-to-right isolate"],
	8295: ["RLI", "right-to-left isolate"],
	8296: ["FSI", "first strong isolate"],
	8297: ["PDI", "pop directional isolate"],
	12644: ["HF", "Hangul filler"],
	65279: ["BOM", "byte order mark"],
};

function unnamed(point: number): readonly [string, string] {
	if (point >= 0xd800 && point <= 0xdfff) return [codePoint(point), "half a surrogate pair"];
	if (point >= 0xe0000 && point <= 0xe007f) return ["TAG", "tag character"];
	if (point >= 0x2000 && point <= 0x205f) return ["SP", "space of unusual width"];
	return [codePoint(point), point < 0xa0 ? "control character" : "invisible character"];
}

function codePoint(point: number): string {
	return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Generated texts in eight languages with copies and edited copies planted among them. Deterministic. */
import { readFileSync } from "node:fs";

export const languageCodes = ["ar", "cs", "de", "en", "es", "id", "ja", "tl"] as const;
export type LanguageCode = (typeof languageCodes)[number];
export type Random = () => number;

export interface PlantedTexts {
	readonly texts: readonly string[];
	/** The language of each text. */
	readonly languages: readonly LanguageCode[];
	readonly plants: readonly Plant[];
}

export interface Plant {
	readonly earlier: number;
	readonly later: number;
	readonly language: LanguageCode;
	/** Share of words replaced; 0 is a copy. */
	readonly edits: number;
}

/** Numbers from 0 to below 1 (mulberry32, public domain). */
export function seededRandom(seed: number): Random {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Prompts and responses of the practice seeds, which people proofread. */
export function practiceTexts(language: LanguageCode): readonly string[] {
	const path = new URL(`../../../media/practice/${language}.jsonl`, import.meta.url);
	const rows = readFileSync(path, "utf8").trim().split("\n");
	return rows.map((line) => {
		const { prompt, response } = JSON.parse(line) as { prompt: string; response: string };
		return `${prompt}\n${response}`;
	});
}

/** The text cut into words and what stands between them; joined it is the text again. */
export function piecesOf(text: string, language: LanguageCode): string[] {
	return Array.from(new Intl.Segmenter(language, { granularity: "word" }).segment(text), (piece) => piece.segment);
}

/** The pieces with this share of the words replaced by what `draw` gives, at random places, as text. */
export function editWords(pieces: readonly string[], share: number, draw: () => string, random: Random): string {
	const places = pieces.flatMap((piece, at) => (/[\p{L}\p{N}]/u.test(piece) ? [at] : []));
	const edited = [...pieces];
	for (let left = Math.round(share * places.length); left > 0; left -= 1) {
		const [place = 0] = places.splice(Math.floor(random() * places.length), 1);
		edited[place] = draw();
	}
	return edited.join("");
}

/** `count` texts of about `length` characters; every 25th is an edited copy of one anywhere before it. */
export function plantTexts(count: number, length: number, shares: readonly number[], seed: number): PlantedTexts {
	const random = seededRandom(seed);
	const vocabularies = languageCodes.map((language) => vocabularyOf(language, random));
	const texts: string[] = [];
	const languages: LanguageCode[] = [];
	const plants: Plant[] = [];
	/** Pieces of the texts some later row copies; those of all texts would not fit in memory. */
	const origins: { readonly row: number; readonly pieces: readonly string[]; readonly at: number }[] = [];
	for (let row = 0; row < count; row += 1) {
		if (row % 25 === 24) {
			const place = Math.floor(random() * origins.length);
			const origin = origins[place];
			const newest = origins.pop();
			if (!origin || !newest) continue;
			if (place < origins.length) origins[place] = newest;
			const edits = shares[plants.length % shares.length] ?? 0;
			const words = vocabularies[origin.at] ?? [];
			texts.push(editWords(origin.pieces, edits, () => drawWord(words, random), random));
			const language = languages[origin.row] ?? "en";
			plants.push({ earlier: origin.row, later: row, language, edits });
			languages.push(language);
			continue;
		}
		const at = Math.floor(random() * languageCodes.length);
		const pieces = writePieces(vocabularies[at] ?? [], languageCodes[at] === "ja" ? "" : " ", length, random);
		// Twice as many as copies, so that every copy has a choice of far and near ones.
		if (row % 12 === 5) origins.push({ row, pieces, at });
		texts.push(pieces.join(""));
		languages.push(languageCodes[at] ?? "en");
	}
	return { texts, languages, plants };
}

/** By Zipf's law: the first of `words` are as common as articles are. */
function drawWord(words: readonly string[], random: Random): string {
	return words[Math.floor(words.length ** random()) - 1] ?? "";
}

function writePieces(words: readonly string[], between: string, length: number, random: Random): string[] {
	const pieces: string[] = [];
	for (let size = 0; size < length; ) {
		const word = drawWord(words, random);
		pieces.push(word, between);
		size += word.length + between.length;
	}
	return pieces;
}

/** The words of the practice seeds, the most frequent first, and 20,000 made-up ones that look like them. */
function vocabularyOf(language: LanguageCode, random: Random): readonly string[] {
	const counts = new Map<string, number>();
	for (const text of practiceTexts(language)) {
		for (const piece of piecesOf(text, language)) {
			if (/\p{L}/u.test(piece)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
		}
	}
	const real = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
	const invent = inventor(real, random);
	return [...new Set([...real, ...Array.from({ length: 20_000 }, invent)])];
}

/** Makes up words whose every letter follows two that precede it somewhere in `words`. */
function inventor(words: readonly string[], random: Random): () => string {
	const followers = new Map<string, string[]>();
	for (const word of words) {
		const padded = `^^${word}$`;
		for (let at = 2; at < padded.length; at += 1) {
			const context = padded.slice(at - 2, at);
			followers.set(context, [...(followers.get(context) ?? []), padded[at] ?? ""]);
		}
	}
	return () => {
		let word = "^^";
		while (word.length < 20 && !word.endsWith("$")) word += pick(followers.get(word.slice(-2)) ?? ["$"], random);
		return word.replaceAll(/[\^$]/g, "");
	};
}

function pick(from: readonly string[], random: Random): string {
	return from[Math.floor(random() * from.length)] ?? "";
}

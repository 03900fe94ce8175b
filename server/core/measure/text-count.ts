/** What one look at a text gives: lengths, and a key that finds its copies. */
import { textKey } from "../checks/exact-duplicate.ts";
import { quickTokens } from "./quick-tokens.ts";
import { codePoints, graphemes, utf8Bytes, words } from "./text-length.ts";

/** Texts of several rows, as columns that cross threads without a copy; a row without the text has `has` 0. */
export interface TextColumns {
	readonly has: Uint8Array<ArrayBuffer>;
	readonly bytes: Uint32Array<ArrayBuffer>;
	readonly characters: Uint32Array<ArrayBuffer>;
	readonly graphemes: Uint32Array<ArrayBuffer>;
	readonly words: Uint32Array<ArrayBuffer>;
	/** An estimate until a tokenizer replaces it. */
	readonly tokens: Uint32Array<ArrayBuffer>;
	/** Two different texts share a key in 1 of 20,000 files of a million texts. */
	readonly keys: Float64Array<ArrayBuffer>;
}

export function emptyColumns(rows: number): TextColumns {
	const numbers = () => new Uint32Array(rows);
	return {
		has: new Uint8Array(rows),
		bytes: numbers(),
		characters: numbers(),
		graphemes: numbers(),
		words: numbers(),
		tokens: numbers(),
		keys: new Float64Array(rows),
	};
}

export function countText(columns: TextColumns, row: number, text: string, language: string | null): void {
	columns.has[row] = 1;
	columns.bytes[row] = utf8Bytes(text);
	columns.characters[row] = codePoints(text);
	columns.graphemes[row] = graphemes(text);
	columns.words[row] = words(text, language);
	columns.tokens[row] = quickTokens(text);
	columns.keys[row] = textKey(text);
}

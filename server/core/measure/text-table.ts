/** Everything known about the prompts, or the responses, of all measured samples: a column a property. */
import type { SignatureColumns } from "../near-duplicates/signature-columns.ts";
import { float32Column, float64Column, int32Column, uint8Column, uint32Column } from "./growing-column.ts";
import { SignatureStore } from "./signature-store.ts";
import type { TextColumns } from "./text-count.ts";

export class TextTable {
	readonly has = uint8Column();
	readonly bytes = uint32Column();
	readonly characters = uint32Column();
	readonly graphemes = uint32Column();
	readonly words = uint32Column();
	readonly tokens = uint32Column();
	readonly keys = float64Column();
	/** S·u of the text in its group; NaN where it has no embedding. */
	readonly alignment = float64Column();
	readonly signatures = new SignatureStore();
	/** Row of the most alike text before it, -1 where there is none; filled where details are wanted. */
	readonly nearest = int32Column();
	readonly similarity = float32Column();

	add(columns: TextColumns, signatures: SignatureColumns): void {
		this.has.append(columns.has);
		this.bytes.append(columns.bytes);
		this.characters.append(columns.characters);
		this.graphemes.append(columns.graphemes);
		this.words.append(columns.words);
		this.tokens.append(columns.tokens);
		this.keys.append(columns.keys);
		this.signatures.add(signatures);
		this.alignment.fill(Number.NaN, this.has.length);
		this.nearest.fill(-1, this.has.length);
		this.similarity.fill(Number.NaN, this.has.length);
	}

	isThere(row: number): boolean {
		return this.has.at(row) === 1;
	}
}

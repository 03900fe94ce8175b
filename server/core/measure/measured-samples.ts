/** The measured samples one by one, read out of the table when asked for. */
import type { GroupMeasure } from "./group-measure.ts";
import { rowPerplexity } from "./perplexity.ts";
import type { Role, SampleTable } from "./sample-table.ts";
import type { NearestText, SampleValues, TextValues } from "./sample-values.ts";

export class MeasuredSamples {
	readonly #table: SampleTable;
	readonly #groups: readonly GroupMeasure[];
	/** Of each group, its row in the report. */
	readonly #places: readonly number[];
	#rowsByLine: Map<string, number> | undefined;

	constructor(table: SampleTable, groups: readonly GroupMeasure[], places: readonly number[]) {
		this.#table = table;
		this.#groups = groups;
		this.#places = places;
	}

	get count(): number {
		return this.#table.rows;
	}

	at(row: number): SampleValues {
		const table = this.#table;
		const likelihood = table.likelihood(row);
		const bitsPerByte = likelihood && likelihood.bytes > 0 ? likelihood.nll / (Math.LN2 * likelihood.bytes) : null;
		return {
			row,
			file: table.file.at(row),
			line: table.line.at(row),
			id: table.ids[row] ?? null,
			group: this.#places[table.group.at(row)] ?? 0,
			prompt: this.#text(row, "prompt"),
			response: this.#text(row, "response"),
			ratings: table.ratings.map((column) => column.at(row) || null),
			perplexity: rowPerplexity(likelihood),
			bitsPerByte,
			noiseBits: known(table.bits.at(row)),
			noiseZ: known(table.noiseZ.at(row)),
			x: known(table.x.at(row)),
			y: known(table.y.at(row)),
		};
	}

	/** Of the line (from 1) of a file of the report; undefined where it was not measured. */
	ofLine(file: number, line: number): SampleValues | undefined {
		this.#rowsByLine ??= new Map(
			Array.from({ length: this.count }, (_, row) => [`${this.#table.file.at(row)} ${this.#table.line.at(row)}`, row]),
		);
		const row = this.#rowsByLine.get(`${file} ${line}`);
		return row === undefined ? undefined : this.at(row);
	}

	/** `textKey` of the response that was measured. */
	responseKey(row: number): number {
		return this.#table.texts.response.keys.at(row);
	}

	*[Symbol.iterator](): Generator<SampleValues> {
		for (let row = 0; row < this.count; row += 1) yield this.at(row);
	}

	#text(row: number, role: Role): TextValues | null {
		const texts = this.#table.texts[role];
		if (!texts.isThere(row)) return null;
		const sum = this.#groups[this.#table.group.at(row)]?.sums[role] ?? null;
		const alignment = texts.alignment.at(row);
		const without = Number.isNaN(alignment) ? null : (sum?.withoutOne(alignment) ?? null);
		const whole = sum?.distinctRi() ?? null;
		return {
			characters: texts.graphemes.at(row),
			words: texts.words.at(row),
			tokens: texts.tokens.at(row),
			distance: Number.isNaN(alignment) ? null : (sum?.distanceToOthers(alignment) ?? null),
			gain: whole === null || without === null ? null : whole - without,
			nearest: this.#nearest(row, role),
		};
	}

	#nearest(row: number, role: Role): NearestText | null {
		const texts = this.#table.texts[role];
		const other = texts.nearest.at(row);
		if (!(other >= 0)) return null;
		return { row: other, similarity: texts.similarity.at(row), isExact: texts.keys.at(row) === texts.keys.at(other) };
	}
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

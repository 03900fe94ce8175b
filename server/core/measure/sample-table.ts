/** The measured samples, in the order of the files, with all that was found about each. */
import { float32Column, float64Column, uint8Column, uint16Column, uint32Column } from "./growing-column.ts";
import type { ResponseLikelihood } from "./perplexity.ts";
import { TextTable } from "./text-table.ts";

export const roles = ["prompt", "response"] as const;
export type Role = (typeof roles)[number];

/** What a sample is before anything is measured. */
export interface SamplePlace {
	readonly group: number;
	/** Index into `languages`. */
	readonly language: number;
	readonly file: number;
	/** From 1. */
	readonly line: number;
	/** Over all files, from 0, unmeasured lines included. */
	readonly ordinal: number;
	readonly id: string | null;
}

export class SampleTable {
	readonly group = uint16Column();
	readonly language = uint32Column();
	readonly file = uint16Column();
	readonly line = uint32Column();
	readonly ordinal = uint32Column();
	readonly ids: (string | null)[] = [];
	readonly texts: Readonly<Record<Role, TextTable>> = { prompt: new TextTable(), response: new TextTable() };
	/** One column a judge; 0 where it gave no rating. */
	readonly ratings: readonly ReturnType<typeof uint8Column>[];
	/** Of the response, in nats; NaN where it could not be scored. */
	readonly nll = float64Column();
	readonly scoredTokens = uint32Column();
	readonly scoredBytes = uint32Column();
	readonly isTruncated = uint8Column();
	/** Bits per character by the spelling model, and the robust z in the language; NaN where there is none. */
	readonly bits = float64Column();
	readonly noiseZ = float32Column();
	/** On the map of responses; NaN for samples that are not on it. */
	readonly x = float32Column();
	readonly y = float32Column();

	constructor(judges: number) {
		this.ratings = Array.from({ length: judges }, uint8Column);
	}

	get rows(): number {
		return this.ids.length;
	}

	place({ group, language, file, line, ordinal, id }: SamplePlace): void {
		this.group.push(group);
		this.language.push(language);
		this.file.push(file);
		this.line.push(line);
		this.ordinal.push(ordinal);
		this.ids.push(id);
	}

	/** Makes room for what is asked about the rows so far. */
	finishPlacing(): void {
		for (const column of [...this.ratings, this.scoredTokens, this.scoredBytes, this.isTruncated])
			column.fill(0, this.rows);
		for (const column of [this.nll, this.bits]) column.fill(Number.NaN, this.rows);
		for (const column of [this.noiseZ, this.x, this.y]) column.fill(Number.NaN, this.rows);
	}

	/** Both texts are there: a judge and a scorer can be asked. */
	isComplete(row: number): boolean {
		return roles.every((role) => this.texts[role].isThere(row));
	}

	setLikelihood(row: number, { nll, tokens, bytes, isTruncated }: ResponseLikelihood): void {
		this.nll.set(row, nll);
		this.scoredTokens.set(row, tokens);
		this.scoredBytes.set(row, bytes);
		this.isTruncated.set(row, isTruncated === true ? 1 : 0);
	}

	likelihood(row: number): ResponseLikelihood | null {
		const nll = this.nll.at(row);
		if (Number.isNaN(nll)) return null;
		const isTruncated = this.isTruncated.at(row) === 1;
		return { nll, tokens: this.scoredTokens.at(row), bytes: this.scoredBytes.at(row), isTruncated };
	}

	/** `file:line`, for samples without an id. */
	name(row: number, files: readonly string[]): string {
		return this.ids[row] ?? `${files[this.file.at(row)] ?? ""}:${this.line.at(row)}`;
	}
}

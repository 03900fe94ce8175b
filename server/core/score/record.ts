/** A score with all it was computed from, so that anybody can compute it again, to the last digit. */
import * as z from "zod/mini";
import { ScoreInputs, scoreInputs } from "./inputs.ts";

/** Raised whenever the same inputs would give other rows. */
export const arithmetic = "polyglot-score/2";

/** SHA-256 of a text in hex; given by the caller. */
export type Sha256 = (text: string) => string;

export const ScoreRecord = z.object({
	arithmetic: z.string(),
	inputs: ScoreInputs,
	/** Of the inputs as canonical JSON. */
	inputs_sha256: z.string(),
	rows: z.array(z.record(z.string(), z.unknown())),
});
export type ScoreRecord = z.infer<typeof ScoreRecord>;

export function makeRecord(inputs: ScoreInputs, sha256: Sha256): ScoreRecord {
	return { arithmetic, inputs, inputs_sha256: sha256(canonical(inputs)), rows: scoreInputs(inputs) };
}

/** What is not as the record says, one sentence each; none when every number comes out the same. */
export function verifyRecord(record: ScoreRecord, sha256: Sha256): string[] {
	if (record.arithmetic !== arithmetic)
		return [`The record was computed by ${record.arithmetic}, this is ${arithmetic}: numbers may differ by design.`];
	const hash = sha256(canonical(record.inputs));
	const changed =
		hash === record.inputs_sha256 ? [] : [`The inputs have the hash ${hash}, recorded is ${record.inputs_sha256}.`];
	const rows = scoreInputs(record.inputs);
	const length =
		rows.length === record.rows.length ? [] : [`${rows.length} rows come out, recorded are ${record.rows.length}.`];
	const differences = rows.flatMap((row, index) => rowDifferences(index + 1, row, record.rows[index] ?? {}));
	return [...changed, ...length, ...differences];
}

function rowDifferences(
	number: number,
	row: Readonly<Record<string, unknown>>,
	recorded: Readonly<Record<string, unknown>>,
): string[] {
	const columns = [...new Set([...Object.keys(row), ...Object.keys(recorded)])];
	return columns.flatMap((column) => {
		const [computed, stated] = [canonical(row[column]), canonical(recorded[column])];
		return computed === stated ? [] : [`Row ${number}, ${column}: ${computed} comes out, recorded is ${stated}.`];
	});
}

/** JSON with sorted keys, so that equal values have equal text; an absent value is `null`. */
export function canonical(value: unknown): string {
	if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	const entries = Object.entries(value).filter(([, member]) => member !== undefined);
	const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

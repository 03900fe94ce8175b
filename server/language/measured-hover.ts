/** What the newest measurement says of one sample, as rows of its hover. */
import { percent } from "../core/checks/finding.ts";
import type { SampleValues } from "../core/measure/sample-values.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { HoverRow } from "./hover.ts";
import type { NewestMeasurement } from "./newest-measurement.ts";

/** Empty for lines that were not measured, or were changed since. */
export function measuredRows(newest: NewestMeasurement | undefined, file: AnnotatedFile, line: number): HoverRow[] {
	const values = newest?.of(file, line);
	if (!newest || !values) return [];
	const row = newest.group(values);
	const embedding = row?.responses.distinct_ri.backend ?? "";
	const number = (name: string, value: number | null, digits: number, place: string, held: string): HoverRow[] =>
		value === null ? [] : [[name, value.toFixed(digits), place, held]];
	return [
		...number("share of the diversity, ‰", scaled(values.response?.gain), 3, gainWords(values), embedding),
		...number("distance to the others", values.response?.distance ?? null, 3, "", embedding),
		...number("rubric, of 5", values.ratings[0] ?? null, 0, "", row?.judge_model ?? ""),
		...number("perplexity", values.perplexity, 2, placeOf(newest.shareBelow(values)), row?.perplexity_model ?? ""),
		...number("spelling, robust z", values.noiseZ, 2, "", "character model of the file"),
	];
}

/** Per mille: single samples move a dataset's diversity little. */
const scaled = (gain: number | null | undefined) => (gain == null ? null : gain * 1000);

const gainWords = ({ response }: SampleValues) =>
	(response?.gain ?? 0) < 0 ? "the group is more diverse without it" : "adds to its group";

const placeOf = (share: number | null) => (share === null ? "" : `above ${percent(share)} of its language`);

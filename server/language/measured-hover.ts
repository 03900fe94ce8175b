/** What the newest measurement says of one sample, as rows of its hover. */
import { fileURLToPath } from "node:url";
import { textKey } from "../core/checks/exact-duplicate.ts";
import { readMeasured } from "../core/measure/measured-sample.ts";
import type { SampleValues } from "../core/measure/sample-values.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { HoverRow } from "./hover.ts";
import type { NewestMeasurement } from "./measure.ts";

/** Empty for lines that were not measured, or were changed since. */
export function measuredRows(newest: NewestMeasurement | undefined, file: AnnotatedFile, line: number): HoverRow[] {
	const values = newest && valuesOf(newest, file, line);
	if (!values) return [];
	const { report, wish } = newest.picture;
	const row = report.rows[values.group];
	const language = row?.target_lang ?? null;
	const [rating = null] = values.ratings;
	const number = (name: string, value: number | null, digits: number, place: string, held: string): HoverRow[] =>
		value === null ? [] : [[name, value.toFixed(digits), place, held]];
	const perplexityLimit = newest.samples.percentile("perplexity", language, 0.95);
	return [
		...number(
			"share of the diversity",
			scaled(values.response?.gain),
			3,
			gainWords(values),
			`‰ (${row?.responses.distinct_ri.backend ?? "embedding"})`,
		),
		...number("distance to the others", values.response?.distance ?? null, 3, "", row?.embedding_model ?? "lexical"),
		...number("rubric", rating, 0, "of 5", row?.judge_model ?? wish.judges[0] ?? ""),
		...number(
			"perplexity",
			values.perplexity,
			2,
			above(values.perplexity, perplexityLimit),
			row?.perplexity_model ?? "",
		),
		...number("spelling, robust z", values.noiseZ, 2, "", "character model of the file"),
	];
}

/** Per mille: single samples move a dataset's diversity little. */
const scaled = (gain: number | null | undefined) => (gain == null ? null : gain * 1000);

const gainWords = ({ response }: SampleValues) =>
	(response?.gain ?? 0) < 0 ? "the group is more diverse without it" : "adds to its group";

const above = (value: number | null, limit: number | null) =>
	value !== null && limit !== null && value > limit ? `above 95 % of its language (${limit.toFixed(2)})` : "";

function valuesOf(
	{ picture, samples }: NewestMeasurement,
	file: AnnotatedFile,
	line: number,
): SampleValues | undefined {
	const { uri } = file.document;
	const at = uri.startsWith("file:") ? picture.paths.indexOf(fileURLToPath(uri)) : -1;
	const values = at === -1 ? undefined : samples.ofLine(at, line + 1);
	if (!values) return undefined;
	const response = readMeasured(file.text(line), file.options.project.fields)?.response;
	// A line that was edited, or moved by an edit above it, is not what was measured.
	return response != null && samples.responseKey(values.row) === textKey(response) ? values : undefined;
}

/** What a measurement finds weak in open files, by the project's thresholds. */
import type { LineAnnotation } from "../core/annotate.ts";
import type { CheckCode } from "../core/checks/codes.ts";
import type { Finding } from "../core/checks/finding.ts";
import { type MeasuredValues, measuredFindings } from "../core/checks/measured.ts";
import { isEnabled, thresholdIn } from "../core/checks/settings.ts";
import { readLanguage } from "../core/languages.ts";
import type { SampleValues } from "../core/measure/sample-values.ts";
import type { AnnotatedFile, MeasuredFinder } from "./annotated-file.ts";
import type { NewestMeasurement } from "./newest-measurement.ts";

const none: readonly Finding[] = [];

/** Looks at a line once; after that only when it was read anew, such as after an edit or a change of `polyglot.json`. */
export function measuredFinder(newest: NewestMeasurement): MeasuredFinder {
	const known = new WeakMap<LineAnnotation, readonly Finding[]>();
	return (file, line) => {
		if (!newest.isMeasured(file)) return none;
		const annotation = file.line(line);
		const before = known.get(annotation);
		if (before) return before;
		const values = newest.of(file, line);
		const found = values ? findingsOf(newest, values, file, annotation) : none;
		known.set(annotation, found);
		return found;
	};
}

function findingsOf(
	newest: NewestMeasurement,
	values: SampleValues,
	file: AnnotatedFile,
	annotation: LineAnnotation,
): readonly Finding[] {
	const language = readLanguage(annotation.language);
	const { checks } = file.options.project;
	const threshold = (code: CheckCode, name?: string) => thresholdIn(checks, code, language?.code, name);
	const found = measuredFindings(annotation.share?.answer ?? null, known(newest, values), { language, threshold });
	return found.filter(({ code }) => isEnabled(checks, code, language?.code));
}

function known(newest: NewestMeasurement, values: SampleValues): MeasuredValues {
	const group = newest.group(values);
	const [rating = null] = values.ratings;
	const below = newest.shareBelow(values);
	const { perplexity } = values;
	return {
		rating: rating === null ? null : { value: rating, judge: group?.judge_model ?? "" },
		perplexity:
			perplexity === null || below === null
				? null
				: { value: perplexity, below, scorer: group?.perplexity_model ?? "" },
	};
}

/** What the newest measurement finds weak in a sample, by the project's thresholds. */

import type { CheckCode } from "../core/checks/codes.ts";
import type { Finding } from "../core/checks/finding.ts";
import { type MeasuredValues, measuredFindings } from "../core/checks/measured.ts";
import { isEnabled, thresholdIn } from "../core/checks/settings.ts";
import { readLanguage } from "../core/languages.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { NewestMeasurement } from "./newest-measurement.ts";

/** `line` counts from 0. */
export function findingsMeasured(newest: NewestMeasurement | undefined, file: AnnotatedFile, line: number): Finding[] {
	const values = newest?.of(file, line);
	if (!newest || !values) return [];
	const { language: stated, share } = file.line(line);
	const language = readLanguage(stated);
	const { checks } = file.options.project;
	const threshold = (code: CheckCode, name?: string) => thresholdIn(checks, code, language?.code, name);
	const group = newest.group(values);
	const [rating = null] = values.ratings;
	const below = newest.shareBelow(values);
	const known: MeasuredValues = {
		rating: rating === null ? null : { value: rating, judge: group?.judge_model ?? "" },
		perplexity:
			values.perplexity === null || below === null
				? null
				: { value: values.perplexity, below, scorer: group?.perplexity_model ?? "" },
	};
	const found = measuredFindings(share?.answer ?? null, known, { language, threshold });
	return found.filter(({ code }) => isEnabled(checks, code, language?.code));
}

/** franc asked the one way it is reliable: only about languages expected here and what they are mistaken for. */
import { francAll } from "franc";
import { languages } from "../languages.ts";
import type { Candidate, Detect } from "./detector.ts";

/** Every language of the product with all confusables: offering fewer turns the unlisted into a listed one. */
const only = [...new Set(languages.flatMap((language) => [language.iso3, ...language.confusables]))];

const labels = new Map(languages.map(({ iso3, code }) => [iso3, code]));

/** franc reads no further than this many characters. */
const francReads = 2048;

export const francDetect: Detect = (text): readonly Candidate[] => {
	const sample = text.slice(0, francReads * 2).replace(/\s+/gu, " ");
	return francAll(sample, { only, minLength: 10 })
		.filter(([iso3]) => iso3 !== "und")
		.map(([iso3, score]) => ({ label: labels.get(iso3) ?? iso3, score }));
};

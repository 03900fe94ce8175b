/** franc asked the one way it is reliable: only about languages expected here and what they are mistaken for. */
import { francAll } from "franc";
import type { Candidate, DetectAmong } from "./detector.ts";
import { francLabels } from "./who-knows.ts";

/** franc reads no further than this many characters. */
const francReads = 2048;

export const francDetect: DetectAmong = (text, among): readonly Candidate[] => {
	const sample = text.slice(0, francReads * 2).replace(/\s+/gu, " ");
	return francAll(sample, { only: [...among], minLength: 10 })
		.filter(([iso3]) => iso3 !== "und")
		.map(([iso3, score]) => ({ label: francLabels.get(iso3) ?? iso3, score }));
};

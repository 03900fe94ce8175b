/** What the language rule asks of a detector, whichever library stands behind it. */

export interface Candidate {
	/** ISO 639-1 where there is one, else 639-3; whatever `Language.accepted` may hold. */
	readonly label: string;
	/** 0 to 1; comparable within one detector only. */
	readonly score: number;
}

/** Candidates from the best to the worst, `most` of them at most; empty where it cannot say. */
export type Detect = (text: string, most?: number) => readonly Candidate[];

/** As `Detect`, asked about the languages of these ISO 639-3 codes alone. */
export type DetectAmong = (text: string, among: readonly string[]) => readonly Candidate[];

/** The detectors at hand. Two that agree are far more precise than any alone; text-metrics.md 1.5. */
export interface Detectors {
	/** Its scores are probabilities over 176 languages. */
	readonly fastText?: Detect;
	readonly cld3?: Detect;
	readonly franc: DetectAmong;
}

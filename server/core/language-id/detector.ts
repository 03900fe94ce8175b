/** What the language rule asks of a detector, whichever library stands behind it. */

export interface Candidate {
	/** ISO 639-3. */
	readonly iso3: string;
	/** 0 to 1; comparable within one detector only. */
	readonly score: number;
}

/** Candidates from the best to the worst; empty where it cannot say. */
export type Detect = (text: string) => readonly Candidate[];

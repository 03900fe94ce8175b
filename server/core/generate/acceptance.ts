/** What a sample must pass to count. */
import type { SampleRow } from "../sample-row.ts";

/** Further checks, such as the annotator's: the reasons against a row, or none. */
export type Accept = (row: SampleRow) => readonly string[];

/** Text as compared for exact duplicates: composed, lower case, blanks joined. */
export function normalised(text: string): string {
	return text.normalize("NFC").toLowerCase().replaceAll(/\s+/gu, " ").trim();
}

/** What two rows of one teacher and language must not share. */
export const duplicateText = ({ model, language, prompt, response }: SampleRow): string =>
	JSON.stringify([model, language, normalised(prompt), normalised(response)]);

/** Names that are written from right to left, kept from turning the sentence they stand in. */

/** First-strong isolate and its end (Unicode 3.4); a name without right-to-left letters is left as it is. */
export function isolated(name: string): string {
	return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u.test(name) ? `\u2068${name}\u2069` : name;
}

/** Numbers as the score panel writes them: a true minus, aligned decimals, a dash for what is not known. */

export const unknown = "–";

export function fixed(value: number | null, digits: number): string {
	if (value === null) return unknown;
	// A rounded zero has no sign.
	const text = Math.abs(value).toFixed(digits);
	return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

export function signed(value: number | null, digits: number): string {
	if (value === null) return unknown;
	const text = fixed(value, digits);
	return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** An estimate with 1.96 standard errors to either side, where the error is known. */
export function withInterval(value: number | null, stderr: number | null, digits: number): string {
	if (value === null || stderr === null) return fixed(value, digits);
	return `${fixed(value, digits)} ± ${(1.96 * stderr).toFixed(digits)}`;
}

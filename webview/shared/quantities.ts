/** How quantities are written in every panel. */

/** Such as `12 s`, `4 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
	if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 90) return `${minutes} min`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A measurement with `digits` significant digits; a missing one is a dash, never a zero. */
export function significant(value: number | null | undefined, digits = 4): string {
	return value === null || value === undefined ? "–" : value.toPrecision(digits);
}

/** Whole numbers with thin spaces between thousands. */
export function whole(value: number): string {
	return Math.round(value)
		.toString()
		.replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Money to four digits after the point where it is little, since single samples cost less than a cent. */
export function money(value: number, currency: string): string {
	return `${value.toFixed(value < 1 ? 4 : 2)} ${currency}`;
}

/** How quantities are written in the monitor. */

/** Such as `12 s`, `4 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
	if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Whole numbers with thin spaces between thousands. */
export const whole = (value: number): string =>
	Math.round(value)
		.toString()
		.replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");

/** Money to four digits after the point, since single samples cost less than a cent. */
export const money = (value: number, currency: string): string => `${value.toFixed(value < 1 ? 4 : 2)} ${currency}`;

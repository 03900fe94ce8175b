/** A measured number, or null: absent, null and non-finite values are all "not known". */
export function finite(value: unknown): number | null {
	return typeof value === "number" && Number.isFinite(value) ? value : null;
}

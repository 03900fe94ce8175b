/** A measured number, or null: absent, null and non-finite values are all "not known". */
export function finite(value: number | null | undefined): number | null {
	return typeof value === "number" && Number.isFinite(value) ? value : null;
}

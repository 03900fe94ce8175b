/** Rows as comma-separated values (RFC 4180); null and absent are empty fields, lists are joined by semicolons. */

export function toCsv(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
	const lines = [columns.map(field), ...rows.map((row) => columns.map((column) => field(row[column])))];
	return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function field(value: unknown): string {
	if (value === null || value === undefined) return "";
	if (Array.isArray(value)) return field(value.join(";"));
	const text = typeof value === "object" ? JSON.stringify(value) : String(value);
	return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

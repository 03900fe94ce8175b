/** Equal for equal JSON values: what idempotency keys and specs are compared by (protocol §9). */
import { createHash } from "node:crypto";

/** Of a JSON value; the order of object keys is irrelevant. */
export function hashOf(value: unknown): string {
	return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const fields = Object.entries(value).filter(([, field]) => field !== undefined);
	return `{${fields
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
		.join(",")}}`;
}

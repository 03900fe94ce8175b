/** `schema`: the row lacks a field, or holds something else than text in it. */
import type { SchemaFault } from "../sample/sample.ts";
import type { Finding } from "./finding.ts";

export function schemaFindings(faults: readonly SchemaFault[]): Finding[] {
	return faults.map(({ field, message }) => ({
		code: "schema",
		severity: "error",
		message,
		field,
		start: null,
		end: null,
		value: null,
		threshold: null,
		source: null,
	}));
}

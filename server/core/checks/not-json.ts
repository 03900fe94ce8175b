/** `not-json`: the line is not JSON; says where it breaks. */
import type { JsonFault } from "../sample/json-scan.ts";
import type { Finding } from "./finding.ts";

export function notJsonFinding(line: string, fault: JsonFault): Finding {
	// A pretty-printed list breaks in its first line.
	const isList = /^\s*\[/.test(line.slice(0, 1000)) && fault.offset >= line.length;
	const next = isList ? " If the file is one JSON list, put each element on a line of its own." : "";
	return {
		code: "not-json",
		severity: "error",
		message: `${fault.message} (column ${fault.offset + 1})${next}`,
		field: null,
		start: fault.offset,
		end: Math.min(line.length, fault.offset + 1),
		value: null,
		threshold: null,
		source: null,
	};
}

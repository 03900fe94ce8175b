/** `not-json`: the line is not JSON; says where it breaks. */
import type { JsonFault } from "../sample/json-scan.ts";
import type { Finding } from "./finding.ts";

export function notJsonFinding(line: string, fault: JsonFault): Finding {
	return {
		code: "not-json",
		severity: "error",
		message: `${fault.message} (column ${fault.offset + 1})`,
		field: null,
		start: fault.offset,
		end: Math.min(line.length, fault.offset + 1),
		value: null,
		threshold: null,
		source: null,
	};
}

/** One line of a JSONL file, any text at all, into a sample or into what is wrong with it. */
import type { FieldMapping } from "../project.ts";
import { depthFault } from "./json-depth.ts";
import { type JsonFault, scanJson } from "./json-scan.ts";
import type { Sample, SchemaFault } from "./sample.ts";
import { readShape } from "./shapes.ts";

export type Reading =
	/** Only white space; carries no row. */
	| { readonly kind: "blank" }
	| { readonly kind: "broken"; readonly fault: JsonFault }
	/** `sample` is null where no turn could be read. */
	| { readonly kind: "row"; readonly sample: Sample | null; readonly faults: readonly SchemaFault[] };

/** Reads one line without its line break. Never throws. */
export function readLine(line: string, mapping?: FieldMapping): Reading {
	const text = line.charCodeAt(0) === byteOrderMark ? line.slice(1) : line;
	if (/^\s*$/u.test(text)) return { kind: "blank" };
	// Millions of brackets would take a parser seconds.
	const tooDeep = depthFault(text);
	if (tooDeep) return { kind: "broken", fault: tooDeep };
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return { kind: "broken", fault: scanJson(text) ?? { offset: 0, message: "The line is not JSON." } };
	}
	return { kind: "row", ...readShape(value, mapping) };
}

const byteOrderMark = 0xfeff;

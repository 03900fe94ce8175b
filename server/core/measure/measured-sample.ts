/** One line of a dataset as the dataset's metrics see it. */
import { readLanguage } from "../languages.ts";
import type { FieldMapping } from "../project.ts";
import type { Sample } from "../sample/sample.ts";
import { readShape } from "../sample/shapes.ts";

/** What rows can be grouped by, in the order a table shows it. */
export const groupKeys = ["teacher", "language", "strategy", "source"] as const;
export type GroupKey = (typeof groupKeys)[number];

export interface MeasuredSample extends Readonly<Record<GroupKey, string | null>> {
	readonly id: string | null;
	/** All that the user said before the last answer; null where that is nothing. */
	readonly prompt: string | null;
	/** All that was said before the last answer, earlier answers included; what a likelihood is conditioned on. */
	readonly context: string;
	/** The last answer; null where it is blank or absent. */
	readonly response: string | null;
}

/** Null where the line holds no sample. Never throws. `language` is that of rows that state none. */
export function readMeasured(line: string, mapping?: FieldMapping, language?: string): MeasuredSample | null {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return null;
	}
	const { sample } = readShape(value, mapping);
	return sample && { ...labels(sample, sourceOf(value), language), ...texts(sample), id: sample.id };
}

function labels(sample: Sample, source: string | null, language: string | undefined) {
	const stated = sample.language ?? language ?? null;
	return {
		teacher: sample.model,
		// `de`, `de-DE` and `German` are one group.
		language: readLanguage(stated)?.code ?? stated,
		strategy: sample.strategy,
		source,
	};
}

function texts({ turns }: Sample): Pick<MeasuredSample, "prompt" | "context" | "response"> {
	const last = turns.findLastIndex(({ role }) => role === "assistant");
	const before = turns.slice(0, last === -1 ? turns.length : last);
	const said = before.filter(({ role }) => role === "user" || role === "assistant");
	const asked = before.filter(({ role }) => role === "user");
	return {
		prompt: filled(asked.map(({ text }) => text).join("\n\n")),
		context: said.map(({ text }) => text).join("\n\n"),
		response: filled(last === -1 ? "" : (turns[last]?.text ?? "")),
	};
}

const filled = (text: string): string | null => (text.trim() === "" ? null : text);

function sourceOf(value: unknown): string | null {
	const source = typeof value === "object" && value !== null && "source" in value ? value.source : null;
	return typeof source === "string" && source !== "" ? source : null;
}

/** The facts of all lines of a file in columns: what filters and plots run over, a million lines in some 60 MB. */

import type { Finding } from "../checks/finding.ts";
import { codeSet, type LineFacts } from "./facts.ts";

/** Texts that repeat, as small numbers; 0 is the empty text, which stands for "not stated". */
export class Words {
	readonly texts: string[] = [""];
	readonly #numbers = new Map<string, number>([["", 0]]);

	number(text: string): number {
		const known = this.#numbers.get(text);
		if (known !== undefined) return known;
		// Past the column's reach all are one: a field with so many values is no language or teacher.
		if (this.texts.length >= mostWords) return mostWords - 1;
		this.#numbers.set(text, this.texts.length);
		return this.texts.push(text) - 1;
	}
}

const mostWords = 65_535;

export const kinds = { unread: 0, sample: 1, broken: 2, blank: 3 } as const;
export const severities = { none: 0, hint: 1, information: 2, error: 3 } as const;

export interface MetricColumn {
	readonly unit: "share" | "count" | "score";
	/** NaN where a line has no value. */
	readonly values: Float32Array;
}

export interface TableSnapshot {
	readonly columns: Pick<
		ReviewTable,
		"kind" | "language" | "strategy" | "teacher" | "key" | "seedKey" | "promptKey" | "codes" | "severity" | "findings"
	>;
	readonly languages: readonly string[];
	readonly strategies: readonly string[];
	readonly teachers: readonly string[];
	readonly metrics: readonly (readonly [string, MetricColumn])[];
}

export class ReviewTable {
	readonly lineCount: number;
	readonly kind: Uint8Array;
	readonly language: Uint16Array;
	readonly strategy: Uint16Array;
	readonly teacher: Uint16Array;
	readonly languages = new Words();
	readonly strategies = new Words();
	readonly teachers = new Words();
	readonly key: Float64Array;
	readonly seedKey: Float64Array;
	readonly promptKey: Float64Array;
	/** Set of codes of findings nobody accepted or hid. */
	readonly codes: Float64Array;
	readonly severity: Uint8Array;
	/** How many findings, 255 at most. */
	readonly findings: Uint8Array;
	readonly metrics = new Map<string, MetricColumn>();

	constructor(lineCount: number) {
		this.lineCount = lineCount;
		this.kind = new Uint8Array(lineCount);
		this.language = new Uint16Array(lineCount);
		this.strategy = new Uint16Array(lineCount);
		this.teacher = new Uint16Array(lineCount);
		this.key = new Float64Array(lineCount).fill(Number.NaN);
		this.seedKey = new Float64Array(lineCount).fill(Number.NaN);
		this.promptKey = new Float64Array(lineCount).fill(Number.NaN);
		this.codes = new Float64Array(lineCount);
		this.severity = new Uint8Array(lineCount);
		this.findings = new Uint8Array(lineCount);
	}

	set(line: number, facts: LineFacts): void {
		this.kind[line] = kinds[facts.kind];
		this.language[line] = this.languages.number(facts.language);
		this.strategy[line] = this.strategies.number(facts.strategy);
		this.teacher[line] = this.teachers.number(facts.teacher);
		this.key[line] = facts.key ?? Number.NaN;
		this.seedKey[line] = facts.seedKey ?? Number.NaN;
		this.promptKey[line] = facts.promptKey ?? Number.NaN;
		for (const { metric, unit, value } of facts.metrics) this.#column(metric, unit).values[line] = value;
	}

	setFindings(line: number, findings: readonly Finding[]): void {
		this.codes[line] = codeSet(findings);
		this.severity[line] = severities[findings[0]?.severity ?? "none"];
		this.findings[line] = Math.min(255, findings.length);
	}

	/** Everything it holds, as threads can hand it over. */
	snapshot(): TableSnapshot {
		const { kind, language, strategy, teacher, key, seedKey, promptKey, codes, severity, findings } = this;
		return {
			columns: { kind, language, strategy, teacher, key, seedKey, promptKey, codes, severity, findings },
			languages: this.languages.texts,
			strategies: this.strategies.texts,
			teachers: this.teachers.texts,
			metrics: [...this.metrics],
		};
	}

	static from({ columns, languages, strategies, teachers, metrics }: TableSnapshot): ReviewTable {
		const table = new ReviewTable(0);
		Object.assign(table, columns, { lineCount: columns.kind.length });
		for (const text of languages) table.languages.number(text);
		for (const text of strategies) table.strategies.number(text);
		for (const text of teachers) table.teachers.number(text);
		for (const [metric, column] of metrics) table.metrics.set(metric, column);
		return table;
	}

	isWeak(line: number): boolean {
		return (this.severity[line] ?? 0) >= severities.information;
	}

	#column(metric: string, unit: MetricColumn["unit"]): MetricColumn {
		const known = this.metrics.get(metric);
		if (known) return known;
		const made = { unit, values: new Float32Array(this.lineCount).fill(Number.NaN) };
		this.metrics.set(metric, made);
		return made;
	}
}

/** What people did with each line: looked up by content before rows are chosen. */
export interface LineStates {
	/** 0 undecided, 1 accepted, 2 rejected. */
	readonly decision: Uint8Array;
	readonly seen: Uint8Array;
}

export const decisionNumbers = { none: 0, accepted: 1, rejected: 2 } as const;

export function statesOf(
	table: ReviewTable,
	decisionOf: (key: number) => "accepted" | "rejected" | null,
	isSeen: (key: number) => boolean,
): LineStates {
	const decision = new Uint8Array(table.lineCount);
	const seen = new Uint8Array(table.lineCount);
	for (let line = 0; line < table.lineCount; line += 1) {
		const key = table.key[line] ?? Number.NaN;
		if (Number.isNaN(key)) continue;
		decision[line] = decisionNumbers[decisionOf(key) ?? "none"];
		seen[line] = isSeen(key) ? 1 : 0;
	}
	return { decision, seen };
}

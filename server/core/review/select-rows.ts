/** Which lines a filter leaves, and how many each of its values would leave: one pass over the columns. */
import { checkCodes } from "../checks/codes.ts";
import { hasCode } from "./facts.ts";
import type { FacetValue, ReviewCounts, ReviewFilter } from "./messages.ts";
import { decisionNumbers, kinds, type LineStates, type ReviewTable, type Words } from "./table.ts";

export interface Selection {
	/** Lines in the order asked for. */
	readonly rows: Int32Array;
	/** For each line a bit for each part of the filter that leaves it out. */
	readonly misses: Uint32Array;
	readonly ranges: readonly string[];
}

const stateBit = 1;
const findingBit = 2;
const languageBit = 4;
const strategyBit = 8;
const teacherBit = 16;
export const rangeBit = (index: number) => 32 * 2 ** index;
/** Bits left for ranges; further ones share the last. */
const mostRanges = 25;

/** Blank lines are never rows. Lines that are not read yet are, unless the filter asks for something. */
export function selectRows(table: ReviewTable, states: LineStates, filter: ReviewFilter): Selection {
	const misses = new Uint32Array(table.lineCount);
	const ranges = filter.ranges
		.slice(0, mostRanges)
		.map((range) => ({ ...range, column: table.metrics.get(range.metric) }));
	const wanted = wantedSets(table, filter);
	const found: number[] = [];
	for (let line = 0; line < table.lineCount; line += 1) {
		if (table.kind[line] === kinds.blank) continue;
		let miss = hasState(table, states, line, filter.state) ? 0 : stateBit;
		if (wanted.findings.length > 0 && !wanted.findings.some((code) => hasCode(table.codes[line] ?? 0, code)))
			miss |= findingBit;
		// A line without a sample states nothing, not even that it states no language.
		const isSample = table.kind[line] === kinds.sample;
		const lacks = (values: ReadonlySet<number> | null, column: Uint16Array) =>
			values !== null && !(isSample && values.has(column[line] ?? 0));
		if (lacks(wanted.languages, table.language)) miss |= languageBit;
		if (lacks(wanted.strategies, table.strategy)) miss |= strategyBit;
		if (lacks(wanted.teachers, table.teacher)) miss |= teacherBit;
		for (let index = 0; index < ranges.length; index += 1) {
			const range = ranges[index];
			const value = range?.column?.values[line] ?? Number.NaN;
			if (range && !(value >= range.from && value <= range.to)) miss |= rangeBit(index);
		}
		misses[line] = miss;
		if (miss === 0) found.push(line);
	}
	const rows = Int32Array.from(found);
	if (filter.order === "worst") sortWorst(rows, table);
	return { rows, misses, ranges: ranges.map(({ metric }) => metric) };
}

function wantedSets(table: ReviewTable, filter: ReviewFilter) {
	const numbers = (texts: readonly string[], words: Words) =>
		texts.length === 0 ? null : new Set(texts.map((text) => words.texts.indexOf(text)));
	return {
		findings: filter.findings,
		languages: numbers(filter.languages, table.languages),
		strategies: numbers(filter.strategies, table.strategies),
		teachers: numbers(filter.teachers, table.teachers),
	};
}

export function hasState(table: ReviewTable, states: LineStates, line: number, wanted: ReviewFilter["state"]): boolean {
	if (wanted === "all") return true;
	if (wanted === "weak") return table.isWeak(line);
	// Only a sample can be decided about or seen.
	if (table.kind[line] !== kinds.sample) return false;
	if (wanted === "unseen") return states.seen[line] === 0;
	const decision = states.decision[line];
	return decision === decisionNumbers[wanted === "undecided" ? "none" : wanted];
}

/** Errors first, then by the code that counts most, then by how many findings; else as in the file. */
function sortWorst(rows: Int32Array, table: ReviewTable): void {
	const first = (line: number) => {
		const set = table.codes[line] ?? 0;
		// The lowest bit is the worst code; a line without any comes last.
		return set === 0 ? Number.POSITIVE_INFINITY : lowestBit(set);
	};
	rows.sort(
		(a, b) =>
			(table.severity[b] ?? 0) - (table.severity[a] ?? 0) ||
			compare(first(a), first(b)) ||
			(table.findings[b] ?? 0) - (table.findings[a] ?? 0) ||
			a - b,
	);
}

function lowestBit(set: number): number {
	let bit = 1;
	while (Math.floor(set / bit) % 2 === 0) bit *= 2;
	return bit;
}

const compare = <T extends number | string>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

export function countsOf(table: ReviewTable, states: LineStates): ReviewCounts {
	const counts = { samples: 0, weak: 0, seen: 0, accepted: 0, rejected: 0, left: 0, broken: 0 };
	for (let line = 0; line < table.lineCount; line += 1) {
		if (table.kind[line] === kinds.broken) counts.broken += 1;
		if (table.isWeak(line)) counts.weak += 1;
		if (table.kind[line] !== kinds.sample) continue;
		counts.samples += 1;
		counts.seen += states.seen[line] ?? 0;
		if (states.decision[line] === decisionNumbers.accepted) counts.accepted += 1;
		else if (states.decision[line] === decisionNumbers.rejected) counts.rejected += 1;
		else counts.left += 1;
	}
	return counts;
}

/** The values of each facet with how many samples the rest of the filter leaves of them, most first. */
export function facetsOf(table: ReviewTable, { misses }: Selection) {
	const languages = new Map<number, number>();
	const strategies = new Map<number, number>();
	const teachers = new Map<number, number>();
	const sets = new Map<number, number>();
	const raise = (counts: Map<number, number>, number: number) => counts.set(number, (counts.get(number) ?? 0) + 1);
	for (let line = 0; line < table.lineCount; line += 1) {
		const kind = table.kind[line];
		if (kind !== kinds.sample && kind !== kinds.broken) continue;
		const miss = misses[line] ?? 0;
		if ((miss & ~findingBit) === 0 && table.codes[line] !== 0) raise(sets, table.codes[line] ?? 0);
		if (kind !== kinds.sample) continue;
		if ((miss & ~languageBit) === 0) raise(languages, table.language[line] ?? 0);
		if ((miss & ~strategyBit) === 0) raise(strategies, table.strategy[line] ?? 0);
		if ((miss & ~teacherBit) === 0) raise(teachers, table.teacher[line] ?? 0);
	}
	return {
		findings: countCodes(sets),
		languages: named(languages, table.languages),
		strategies: named(strategies, table.strategies),
		teachers: named(teachers, table.teachers),
	};
}

function countCodes(sets: ReadonlyMap<number, number>): FacetValue[] {
	return checkCodes
		.map((value) => ({
			value,
			count: [...sets].reduce((sum, [set, count]) => sum + (hasCode(set, value) ? count : 0), 0),
		}))
		.filter(({ count }) => count > 0);
}

/** Values shown of one facet. */
const mostValues = 200;

function named(counts: ReadonlyMap<number, number>, { texts }: Words): FacetValue[] {
	return [...counts]
		.map(([number, count]) => ({ value: texts[number] ?? "", count }))
		.sort((a, b) => b.count - a.count || compare(a.value, b.value))
		.slice(0, mostValues);
}

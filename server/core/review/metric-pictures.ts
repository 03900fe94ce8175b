/** The distribution of every metric, of the whole file and of what the filter leaves. */
import type { MetricPicture } from "./messages.ts";
import { rangeBit, type Selection } from "./select-rows.ts";
import { kinds, type ReviewTable } from "./table.ts";

const stepCount = 40;
const mostPoints = 240;

/** The distribution of every metric that differs at all among the samples. */
export function picturesOf(table: ReviewTable, selection: Selection): MetricPicture[] {
	return [...table.metrics].flatMap(([metric, { unit, values }]) => {
		const [from, to] = extent(values);
		if (from === undefined || to === undefined || from === to) return [];
		const index = selection.ranges.indexOf(metric);
		const own = index === -1 ? 0 : rangeBit(index);
		const all = new Array<number>(stepCount).fill(0);
		const matched = new Array<number>(stepCount).fill(0);
		let missing = 0;
		for (let line = 0; line < table.lineCount; line += 1) {
			if (table.kind[line] !== kinds.sample) continue;
			const value = values[line] ?? Number.NaN;
			if (Number.isNaN(value)) missing += 1;
			else {
				const step = Math.min(stepCount - 1, Math.floor(((value - from) / (to - from)) * stepCount));
				all[step] = (all[step] ?? 0) + 1;
				if (((selection.misses[line] ?? 0) & ~own) === 0) matched[step] = (matched[step] ?? 0) + 1;
			}
		}
		return [{ metric, unit, from, to, all, matched, points: pointsOf(table, selection.rows, values), missing }];
	});
}

function extent(values: Float32Array): [number?, number?] {
	let from: number | undefined;
	let to: number | undefined;
	for (const value of values) {
		if (Number.isNaN(value)) continue;
		if (from === undefined || value < from) from = value;
		if (to === undefined || value > to) to = value;
	}
	return [from, to];
}

/** Weak samples first, then others, evenly over the rows: a scatter of all would be a black bar. */
function pointsOf(table: ReviewTable, rows: Int32Array, values: Float32Array): MetricPicture["points"] {
	const valued = rows.filter((line) => !Number.isNaN(values[line] ?? Number.NaN));
	const weak = valued.filter((line) => table.isWeak(line));
	const chosen = evenly(weak, mostPoints);
	const others = evenly(
		valued.filter((line) => !table.isWeak(line)),
		mostPoints - chosen.length,
	);
	return [...chosen, ...others]
		.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b)
		.map((line) => ({ line, value: values[line] ?? 0, isWeak: table.isWeak(line) }));
}

function evenly(lines: Int32Array, most: number): number[] {
	if (lines.length <= most) return [...lines];
	return Array.from({ length: most }, (_, index) => lines[Math.floor((index * lines.length) / most)] ?? 0);
}

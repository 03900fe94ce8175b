/** Distributions, lists and map of a measurement, in a few passes over its samples. */
import {
	type Distribution,
	type DragEntry,
	type DragList,
	type DragReason,
	dragReasons,
	type MapPoints,
	type SampleMetric,
	sampleMetrics,
} from "./measure-picture.ts";
import type { SampleValues } from "./sample-values.ts";

/** Anything that can be gone through more than once, such as `MeasuredSamples`. */
export interface Samples extends Iterable<SampleValues> {
	at(row: number): SampleValues;
}

const bins = 40;
/** Samples a list names at most. */
const longestList = 12;
/** Robust z above which spelling is damage; the check `noise` says the same. */
const leastNoiseZ = 3;
/** Estimated Jaccard similarity from which a text repeats another. */
const leastSimilarity = 0.6;

const sampleValue: Readonly<Record<SampleMetric, (sample: SampleValues) => number | null>> = {
	tokens: ({ response }) => response?.tokens ?? null,
	distance: ({ response }) => response?.distance ?? null,
	rating: ({ ratings }) => ratings[0] ?? null,
	perplexity: ({ perplexity }) => perplexity,
	noiseZ: ({ noiseZ }) => noiseZ,
};

export function distributionsOf(samples: Samples): Distribution[] {
	return (Object.keys(sampleMetrics) as SampleMetric[]).flatMap((metric) => {
		const byGroup = new Map<number, number[]>();
		for (const sample of samples) {
			const value = sampleValue[metric](sample);
			if (value === null || !Number.isFinite(value)) continue;
			const values = byGroup.get(sample.group);
			if (values) values.push(value);
			else byGroup.set(sample.group, [value]);
		}
		return byGroup.size === 0 ? [] : [distributionOf(metric, byGroup)];
	});
}

function distributionOf(metric: SampleMetric, byGroup: ReadonlyMap<number, number[]>): Distribution {
	const sorted = [...byGroup].map(([group, values]) => ({ group, values: Float64Array.from(values).sort() }));
	const [from, to] = rangeOf(
		metric,
		sorted.map(({ values }) => values),
	);
	const groups = sorted.map(({ group, values }) => {
		const counts = new Array<number>(bins).fill(0);
		for (const value of values) {
			const bin = Math.max(0, Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins)));
			counts[bin] = (counts[bin] ?? 0) + 1;
		}
		const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share));
		return {
			group,
			n: values.length,
			median: median ?? 0,
			quartiles: [low ?? 0, high ?? 0] as [number, number],
			counts,
		};
	});
	return { metric, from, to, groups: groups.sort((a, b) => a.group - b.group) };
}

/** From the lowest first percentile to the highest 99th, so that a few wild values do not flatten the rest. */
function rangeOf(metric: SampleMetric, groups: readonly Float64Array[]): [number, number] {
	if (metric === "rating") return [0.5, 5.5];
	const from = Math.min(...groups.map((values) => quantile(values, 0.01)));
	const to = Math.max(...groups.map((values) => quantile(values, 0.99)));
	return to > from ? [from, to] : [from - 0.5, from + 0.5];
}

function quantile(sorted: Float64Array, share: number): number {
	const at = share * (sorted.length - 1);
	const low = sorted[Math.floor(at)] ?? 0;
	return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
}

/** How much a sample is to blame, the more the higher; null for not at all. */
const blame: Readonly<Record<DragReason, (sample: SampleValues) => number | null>> = {
	rating: ({ ratings: [rating = null] }) => (rating !== null && rating <= 2 ? -rating : null),
	gain: ({ response }) => (response?.gain != null && response.gain < 0 ? -response.gain : null),
	nearest: ({ response }) => {
		const similarity = response?.nearest?.similarity ?? 0;
		return similarity >= leastSimilarity ? similarity : null;
	},
	perplexity: ({ perplexity }) => perplexity,
	noiseZ: ({ noiseZ }) => (noiseZ !== null && noiseZ > leastNoiseZ ? noiseZ : null),
};

/** Entries have no excerpts yet: texts are not kept while measuring. */
export function dragsOf(samples: Samples): DragList[] {
	const lists = new Map<string, { list: Omit<DragList, "entries">; worst: { blame: number; row: number }[] }>();
	for (const sample of samples)
		for (const reason of Object.keys(dragReasons) as DragReason[]) {
			const much = blame[reason](sample);
			if (much === null) continue;
			const key = `${sample.group} ${reason}`;
			const found = lists.get(key) ?? { list: { group: sample.group, reason }, worst: [] };
			lists.set(key, found);
			insertWorst(found.worst, { blame: much, row: sample.row });
		}
	return [...lists.values()].map(({ list, worst }) => ({
		...list,
		entries: worst.map(({ row, blame: much }) => entryOf(samples, samples.at(row), list.reason, much)),
	}));
}

function insertWorst(worst: { blame: number; row: number }[], one: { blame: number; row: number }): void {
	if (worst.length === longestList && (worst.at(-1)?.blame ?? 0) >= one.blame) return;
	const at = worst.findIndex((other) => other.blame < one.blame);
	worst.splice(at === -1 ? worst.length : at, 0, one);
	if (worst.length > longestList) worst.pop();
}

function entryOf(samples: Samples, sample: SampleValues, reason: DragReason, much: number): DragEntry {
	const { file, line, id, response } = sample;
	const nearest = reason === "nearest" && response?.nearest ? samples.at(response.nearest.row) : null;
	const value = reason === "rating" || reason === "gain" ? -much : much;
	const other = nearest ? { file: nearest.file, line: nearest.line } : null;
	return { file, line, id, value, other, excerpt: null };
}

export function pointsOf(samples: Samples): MapPoints {
	const points: MapPoints = { x: [], y: [], group: [], file: [], line: [] };
	for (const { x, y, group, file, line } of samples) {
		if (x === null || y === null) continue;
		// Four digits are more than a screen shows.
		points.x.push(Number(x.toPrecision(4)));
		points.y.push(Number(y.toPrecision(4)));
		points.group.push(group);
		points.file.push(file);
		points.line.push(line);
	}
	return points;
}

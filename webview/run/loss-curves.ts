/** What the learning curve is made of: points with holes, a smoothed line, units. No drawing. */
import type { OtherRun, PanelRun } from "../../server/core/trainer/panel-message.ts";

export interface Point {
	readonly step: number;
	/** Null where the loss was not finite: the line breaks. */
	readonly loss: number | null;
}

export interface Curve {
	readonly kind: "raw" | "training" | "held-out" | "other";
	readonly name: string;
	readonly points: readonly Point[];
}

/** From so many points on, single steps are too noisy to read; their running mean is drawn over them. */
const smoothedFrom = 120;
/** Share of the curve that goes into one smoothed point. */
const smoothedShare = 0.03;
const nameCharacters = 24;

/** The curves in drawing order. `perUnit` turns nats into what is shown. */
export function curvesOf(view: PanelRun, others: readonly OtherRun[], perUnit: number): Curve[] {
	const scaled = (loss: number | null | undefined) => (typeof loss === "number" ? loss * perUnit : null);
	const training = view.metrics.map(({ step, loss }) => ({ step, loss: scaled(loss) }));
	const held = view.metrics.flatMap(({ step, evalLoss }) =>
		evalLoss === undefined ? [] : [{ step, loss: scaled(evalLoss) }],
	);
	const isNoisy = training.length >= smoothedFrom;
	return [
		...others.map((other, index): Curve => otherCurve(other, index, scaled)),
		...(isNoisy ? [{ kind: "raw", name: "", points: training } as const] : []),
		{ kind: "training", name: "training", points: isNoisy ? smoothed(training) : training },
		{ kind: "held-out", name: "held-out", points: held },
	];
}

/** Held-out losses can be compared between runs; where there are none, the training loss has to do. */
function otherCurve({ title, points }: OtherRun, index: number, scaled: (loss: number | null) => number | null): Curve {
	const held = points.filter(({ evalLoss }) => evalLoss !== null);
	const shown = held.length > 0 ? held.map(({ step, evalLoss: loss }) => ({ step, loss })) : points;
	const name = title.length > nameCharacters ? `${title.slice(0, nameCharacters - 1)}…` : title;
	const curve = shown.map(({ step, loss }) => ({ step, loss: scaled(loss) }));
	return { kind: "other", name: name || `run ${index + 1}`, points: held.length > 0 ? curve : smoothed(curve) };
}

/**
 * Mean over the points around each, as many on either side, so that the line does not lag; only the newest points
 * look back alone, or the line would end in noise. A hole stays a hole.
 */
export function smoothed(points: readonly Point[]): Point[] {
	const half = Math.round((points.length * smoothedShare) / 2);
	return points.map(({ step, loss }, index) => {
		if (loss === null) return { step, loss };
		const reach = Math.min(half, index);
		const near = points.slice(index - reach, index + reach + 1).flatMap((point) => point.loss ?? []);
		return { step, loss: near.reduce((sum, one) => sum + one, 0) / near.length };
	});
}

/** The last point that is a number. */
export function endOf({ points }: Curve): { step: number; loss: number } | undefined {
	const end = points.findLast(({ loss }) => loss !== null);
	return end && end.loss !== null ? { step: end.step, loss: end.loss } : undefined;
}

/** Steps whose loss was not finite. */
export function holesOf(view: PanelRun): number[] {
	return view.metrics.filter(({ loss, nonFinite }) => loss === null && nonFinite?.loss).map(({ step }) => step);
}

/** Labels of lines that end close together are pushed apart, so that each can be read; none leaves the chart. */
export function apart<T extends { readonly y: number }>(labels: readonly T[], lowest: number): (T & { y: number })[] {
	const gap = 15;
	const sorted = labels.map((label) => ({ ...label })).sort((a, b) => a.y - b.y);
	const floor = (index: number) => lowest - gap * (sorted.length - 1 - index);
	let above = Number.NEGATIVE_INFINITY;
	return sorted.map((label, index) => {
		above = Math.min(Math.max(label.y, above + gap), floor(index));
		return { ...label, y: above };
	});
}

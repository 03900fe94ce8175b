/** The message a run's panel is sent: the view as it is, with long curves thinned to what a screen can show. */
import type { OtherRun, RunPanelMessage } from "./panel-message.ts";
import type { Metric, RunView } from "./run-view.ts";
import type { Link } from "./session.ts";

/** Points a curve keeps; a panel is seldom wider in pixels. */
const shownMetrics = 1500;
const otherMetrics = 200;
const shownOthers = 8;

export function runPanelMessage(
	view: RunView,
	link: Link,
	more: {
		readonly anchors?: RunPanelMessage["anchors"];
		readonly others?: readonly RunView[];
		readonly downloads?: RunPanelMessage["downloads"];
	} = {},
): RunPanelMessage {
	const { cursor, fault, engine, measured, ...shown } = view;
	return {
		type: "run",
		link: shownLink(link),
		anchors: more.anchors ?? [],
		downloads: more.downloads ?? [],
		others: (more.others ?? []).slice(0, shownOthers).map(otherRun),
		view: {
			...shown,
			metrics: thinned(view.metrics, shownMetrics),
			checkpoints: [...view.checkpoints],
			results: [...view.results],
			warnings: [...view.warnings],
			log: [...view.log],
			artifacts: [...view.artifacts],
			unread: [...view.unread],
		},
	};
}

function otherRun({ runId, title, metrics }: RunView): OtherRun {
	const points = thinned(metrics, otherMetrics);
	return { runId, title, points: points.map(({ step, loss, evalLoss = null }) => ({ step, loss, evalLoss })) };
}

/** The connection as the panel names it. */
export function shownLink(link: Link): RunPanelMessage["link"] {
	switch (link.state) {
		case "ready":
			return { state: "connected", message: null };
		case "connecting":
		case "initializing":
			return { state: "connecting", message: null };
		case "waiting":
			return { state: "waiting", message: link.why };
		case "stopped":
			return { state: "closed", message: link.why };
		case "idle":
			return { state: "closed", message: null };
	}
}

/**
 * At most `count` of the metrics: of every stretch the lowest and the highest loss, so that no spike is smoothed
 * away; the newest, and every one with a held-out loss as far as there is room, stay.
 */
export function thinned(metrics: readonly Metric[], count: number): Metric[] {
	if (metrics.length <= count) return [...metrics];
	const held = metrics.filter(({ evalLoss }) => evalLoss !== undefined);
	const kept = new Set<Metric>(held.length * 4 <= count ? held : everyNth(held, Math.ceil((held.length * 4) / count)));
	const stretch = Math.ceil((metrics.length * 2) / (count - kept.size - 1));
	for (let from = 0; from < metrics.length; from += stretch) {
		const part = metrics.slice(from, from + stretch);
		for (const metric of extremes(part)) kept.add(metric);
	}
	const newest = metrics.at(-1);
	if (newest) kept.add(newest);
	return [...kept].sort((a, b) => a.step - b.step);
}

const everyNth = (metrics: readonly Metric[], n: number) => metrics.filter((_, index) => index % n === 0);

/** A loss that was not finite counts as an extreme: it is what one looks for. */
function extremes(part: readonly Metric[]): Metric[] {
	const [first] = part;
	if (!first) return [];
	let [lowest, highest] = [first, first];
	for (const metric of part) {
		if ((metric.loss ?? Number.POSITIVE_INFINITY) > (highest.loss ?? Number.POSITIVE_INFINITY)) highest = metric;
		if ((metric.loss ?? Number.POSITIVE_INFINITY) < (lowest.loss ?? Number.POSITIVE_INFINITY)) lowest = metric;
	}
	return [lowest, highest];
}

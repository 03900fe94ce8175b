/** The numbers of a sample that the panel filters, compares and draws: one a metric, whatever turn it comes from. */
import { type AnnotateOptions, type LineAnnotation, measureSample } from "../annotate.ts";
import type { Metric } from "../checks/finding.ts";
import { prompts, type Sample } from "../sample/sample.ts";

export interface PanelMetric extends Pick<Metric, "unit" | "threshold"> {
	readonly metric: string;
	readonly value: number;
}

/** Of several turns the value that is worst counts: the least of these, the greatest of all others. */
const worstIsLeast: ReadonlySet<string> = new Set([
	"letters in the expected script",
	"letters and digits",
	"different stop words",
]);

/** All metrics of a line's sample; none of a line without one. */
export function panelMetrics({ sample, language, share }: LineAnnotation, options: AnnotateOptions): PanelMetric[] {
	if (!sample) return [];
	const found = new Map<string, PanelMetric>();
	const add = (metric: PanelMetric) => {
		const before = found.get(metric.metric);
		const isWorse =
			before === undefined ||
			(worstIsLeast.has(metric.metric) ? metric.value < before.value : metric.value > before.value);
		if (isWorse) found.set(metric.metric, metric);
	};
	if (share?.length != null) add({ metric: "characters of the response", unit: "count", value: share.length });
	const asked = promptLength(sample);
	if (asked !== null) add({ metric: "characters of the prompt", unit: "count", value: asked });
	for (const { name, unit, value, threshold } of measureSample(sample, language, options)) {
		if (Number.isFinite(value)) add({ metric: labelOf(name), unit, value, ...(threshold ? { threshold } : {}) });
	}
	return [...found.values()];
}

/** Metrics that name the language share a column. */
function labelOf(name: string): string {
	return name.startsWith("letters in the script of ") ? "letters in the expected script" : name;
}

function promptLength(sample: Sample): number | null {
	const turns = prompts(sample);
	return turns.length === 0 ? null : turns.reduce((sum, { text }) => sum + text.length, 0);
}

/** A sample's numbers, each with its place among the samples of its language. */

import { findLanguage } from "../../server/core/languages.ts";
import type { ReviewMetric, ReviewSample } from "../../server/core/review/messages.ts";
import { visibleLine } from "../reading/invisible.ts";
import { element } from "../shared/element.ts";

export function drawMetrics(section: HTMLElement, { metrics, language }: ReviewSample): void {
	section.replaceChildren();
	if (metrics.length === 0) return;
	const table = element("table", "sample-metrics");
	const name = findLanguage(language ?? undefined)?.name ?? (language === null ? "no stated language" : language);
	const among = metrics[0]?.among ?? 0;
	const shown = visibleLine(name, 40);
	const caption =
		among > 1
			? `Percentile among the file’s ${among} samples in ${shown}.`
			: `No other sample in ${shown} to compare with.`;
	table.append(element("caption", "", caption), headRow(), ...metrics.map(metricRow));
	section.append(element("h2", "", "Metrics"), table);
}

function headRow(): HTMLElement {
	const row = element("tr");
	for (const title of ["Metric", "Value", "Percentile"]) {
		const cell = element("th", "", title);
		cell.scope = "col";
		row.append(cell);
	}
	const head = element("thead");
	head.append(row);
	return head;
}

function metricRow({ metric, unit, value, percentile, threshold }: ReviewMetric): HTMLElement {
	const row = element("tr");
	const name = element("th", "", metric);
	name.scope = "row";
	if (threshold) name.dataset.tip = `Threshold ${written(threshold.value, unit)} (${threshold.source})`;
	const place = element("td", "percentile", percentile === null ? "–" : String(Math.round(percentile * 100)));
	if (percentile !== null) {
		const bar = place.appendChild(element("span", "bar"));
		bar.appendChild(element("span")).style.width = `${percentile * 100}%`;
	}
	row.append(name, element("td", "value", written(value, unit)), place);
	return row;
}

/** A share in per cent, a count whole, a score with two digits. */
export function written(value: number, unit: ReviewMetric["unit"]): string {
	if (unit === "count") return String(Math.round(value));
	return unit === "share" ? `${Math.round(value * 1000) / 10} %` : value.toFixed(2);
}

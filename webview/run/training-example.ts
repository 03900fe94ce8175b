/** One row as the trainer sees it: which part is trained on, and how much of the dataset that is. */
import { select } from "d3";
import type { TrainingSample } from "../../server/core/trainer/events.ts";
import type { PanelRun } from "../../server/core/trainer/panel-message.ts";
import { whole } from "../shared/quantities.ts";

export function drawTrainingExample(section: HTMLElement, set: PanelRun["trainingSet"]): void {
	if (set === null) return;
	const details = select(section).selectAll("details").data([set]).join("details");
	details.selectAll("summary").data(["What is trained on"]).join("summary").text(String);
	details
		.selectAll("p")
		.data([summaryOf(set)])
		.join("p")
		.text(String);
	const node = details.node();
	if (node instanceof HTMLElement) drawSegments(node, set.sample.segments);
}

/** The decoded row; what is trained on is underlined, and said so to who cannot see the line. */
export function drawSegments(parent: HTMLElement, segments: TrainingSample["segments"] | null): void {
	select(parent)
		.selectAll("blockquote")
		.data(segments === null ? [] : [segments])
		.join("blockquote")
		.attr("dir", "auto")
		.selectAll("span")
		.data((all) => all)
		.join("span")
		.attr("class", ({ trained }) => (trained ? "trained" : "context"))
		.attr("role", ({ trained }) => (trained ? "mark" : null))
		.text(({ text }) => text);
}

function summaryOf({
	rows,
	used,
	dropped,
	truncated,
	tokens,
	trainTokens,
	lossOn,
	template,
	sample,
}: NonNullable<PanelRun["trainingSet"]>): string {
	const share =
		tokens > 0
			? `${((100 * trainTokens) / tokens).toFixed(1)} % of ${whole(tokens)} tokens are trained on`
			: "no tokens";
	const lost = dropped.tooLong + dropped.noTrainedTokens;
	return (
		`${whole(used)} of ${whole(rows)} rows used, ${whole(lost)} dropped, ${whole(truncated)} cut. ${share} ` +
		`(loss on: ${lossOn}, template: ${template}). Row ${sample.line}, underlined where it is trained on:`
	);
}

/** One row as the trainer sees it: which part is trained on, and how much of the dataset that is. */
import { select } from "d3";
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
	details
		.selectAll("blockquote")
		.data([set.sample.segments])
		.join("blockquote")
		.attr("dir", "auto")
		.selectAll("span")
		.data((segments) => segments)
		.join("span")
		.attr("class", ({ trained }) => (trained ? "trained" : "context"))
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

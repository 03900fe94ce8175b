/** The figures of a training run that people look for first. */
import { select } from "d3";
import type { PanelRun } from "../../server/core/trainer/panel-message.ts";
import { significant, whole } from "../shared/quantities.ts";

interface Figure {
	readonly name: string;
	readonly value: string;
	readonly unit: string;
}

export function drawNumbers(section: HTMLElement, view: PanelRun): void {
	if (view.kind === "eval") return;
	const figure = select(section)
		.selectAll("dl")
		.data([figuresOf(view)])
		.join("dl")
		.selectAll<HTMLDivElement, Figure>("div")
		.data(
			(all) => all,
			({ name }) => name,
		)
		.join("div");
	figure
		.selectAll("dt")
		.data(({ name }) => [name])
		.join("dt")
		.text(String);
	figure
		.selectAll("dd")
		.data(({ value, unit }) => [value, unit])
		.join("dd")
		.attr("class", (_, index) => (index === 0 ? "value" : "unit"))
		.text(String);
}

function figuresOf({ metrics, trainingSet, isPractice }: PanelRun): Figure[] {
	const newest = metrics.at(-1);
	const evaluated = metrics.findLast(({ evalLoss }) => evalLoss !== undefined && evalLoss !== null);
	const token = isPractice ? "byte" : "token";
	const figures: Figure[] = [
		{ name: "loss", value: significant(newest?.loss), unit: `nats per ${token}` },
		{ name: "held-out loss", value: significant(evaluated?.evalLoss), unit: `nats per ${token}` },
	];
	if (isPractice) {
		const bits =
			evaluated?.evalLoss === undefined || evaluated.evalLoss === null ? null : evaluated.evalLoss / Math.LN2;
		figures.push({ name: "held-out bits", value: significant(bits), unit: "bits per byte" });
	}
	figures.push({
		name: "speed",
		value: newest?.tokensPerS == null ? "–" : whole(newest.tokensPerS),
		unit: `${token}s per second`,
	});
	if (newest?.lr != null && !isPractice)
		figures.push({ name: "learning rate", value: newest.lr.toExponential(2), unit: "" });
	if (newest?.gpuMemGiB != null)
		figures.push({ name: "GPU memory", value: newest.gpuMemGiB.toFixed(1), unit: "GiB, peak" });
	if (trainingSet)
		figures.push({ name: "rows used", value: whole(trainingSet.used), unit: `of ${whole(trainingSet.rows)}` });
	return figures;
}

/** What the trainer counted before the launch: tokens, rows dropped and cut, and one row with its trained part. */
import { select } from "d3";
import type { TrainCheck } from "../../server/core/trainer/train-form-message.ts";
import { drawSegments } from "../run/training-example.ts";
import { whole } from "../shared/quantities.ts";

interface Fact {
	readonly name: string;
	readonly value: string;
}

export function drawCheck(section: HTMLElement, check: TrainCheck | null, isPractice: boolean): void {
	const root = select(section);
	root
		.selectAll("h2")
		.data(check ? [check.result.ok ? "Checked by the trainer" : "The trainer would refuse this"] : [])
		.join("h2")
		.text(String);
	root
		.selectAll("p.of")
		.data(check ? [scopeText(check)] : [])
		.join("p")
		.attr("class", "of")
		.text(String);
	const fact = root
		.selectAll("dl")
		.data(check ? [factsOf(check, isPractice ? "bytes" : "tokens")] : [])
		.join("dl")
		.selectAll("div")
		.data((facts) => facts)
		.join("div");
	fact
		.selectAll("dt")
		.data(({ name }) => [name])
		.join("dt")
		.text(String);
	fact
		.selectAll("dd")
		.data(({ value }) => [value])
		.join("dd")
		.text(String);
	const issues = check ? [...check.result.errors, ...check.result.warnings] : [];
	root
		.selectAll("ul")
		.data(issues.length > 0 ? [issues] : [])
		.join("ul")
		.selectAll("li")
		.data((all) => all)
		.join("li")
		.attr("class", (issue) => (check?.result.errors.includes(issue) ? "error" : "warning"))
		.text(({ message, code }) => `${message} (${code})`);
	const sample = check?.result.sample;
	root
		.selectAll("p.row")
		.data(sample ? [`Row ${sample.line} as the student sees it, underlined where it is trained on:`] : [])
		.join("p")
		.attr("class", "row")
		.text(String);
	drawSegments(section, sample?.segments ?? null);
}

function scopeText({ of, result: { estimated } }: TrainCheck): string {
	const how = estimated
		? "Estimated from the size of the file: this trainer does not count beforehand."
		: "Every row was counted.";
	return of
		? `${how} Looked at was the largest student, ${of.teacher} in ${of.language}; the trainer checks each of the others when it starts.`
		: how;
}

function factsOf({ result }: TrainCheck, unit: string): Fact[] {
	const { rows, steps, tokens, trainTokens, dropped, truncated, longestTokens, vramEstimateGiB } = result;
	const share = tokens && trainTokens !== null ? ` (${((100 * trainTokens) / tokens).toFixed(1)} %)` : "";
	const facts: (Fact | false)[] = [
		{ name: "rows", value: shown(rows) },
		{ name: "steps", value: shown(steps) },
		{ name: unit, value: shown(tokens) },
		{ name: `trained ${unit}`, value: `${shown(trainTokens)}${share}` },
		longestTokens !== undefined && { name: "longest row", value: `${whole(longestTokens)} ${unit}` },
		{ name: "dropped: too long", value: shown(dropped?.tooLong ?? null) },
		{ name: "dropped: nothing to train", value: shown(dropped?.noTrainedTokens ?? null) },
		{ name: "cut at the end", value: shown(truncated) },
		vramEstimateGiB !== null && { name: "GPU memory, ± 25 %", value: `${vramEstimateGiB} GiB` },
	];
	return facts.filter((fact) => fact !== false);
}

const shown = (count: number | null) => (count === null ? "not known" : whole(count));

/** What gave no sample, by class: how often, in which words, and what can be done about it. */
import { select } from "d3";
import { causeText, type FailureClass } from "../../server/core/generate/failure-classes.ts";
import type { MonitorMessage, MonitorRequest } from "../../server/core/generate/monitor-message.ts";
import { whole } from "../shared/quantities.ts";

export function drawFailures(
	section: HTMLElement,
	message: MonitorMessage,
	post: (request: MonitorRequest) => void,
): void {
	const { failures, rejected } = message;
	section.hidden = failures.length === 0;
	const root = select(section);
	root
		.selectAll("h2")
		.data([`What gave no sample: ${whole(rejected)} requests given up`])
		.join("h2")
		.text(String);
	root
		.selectAll("p.hint")
		.data(failures.some(({ dropped }) => dropped > 0) ? [rerunText(message)] : [])
		.join("p")
		.attr("class", "hint")
		.text(String);
	const most = Math.max(1, ...failures.map(({ again, dropped }) => again + dropped));
	const entry = root
		.selectAll("ul.classes")
		.data([0])
		.join("ul")
		.attr("class", "classes")
		.selectAll<HTMLLIElement, FailureClass>(":scope > li")
		.data(failures, ({ cause }) => cause)
		.join("li")
		.order();
	drawClass(entry, most);
	drawRerun(entry, message, post);
	drawExamples(entry, post);
}

type Entries = ReturnType<typeof select<HTMLLIElement, FailureClass>>;

function drawClass(entries: unknown, most: number): void {
	const entry = entries as Entries;
	const line = entry
		.selectAll<HTMLDivElement, FailureClass>("div.class")
		.data((one) => [one])
		.join("div")
		.attr("class", "class");
	line
		.selectAll("meter")
		.data(({ again, dropped }) => [again + dropped])
		.join("meter")
		.attr("max", most)
		.attr("value", (count) => count)
		.attr("aria-label", (count) => `${count} attempts`);
	line
		.selectAll("b")
		.data(({ cause }) => [cause])
		.join("b")
		.text(String);
	line
		.selectAll("span.counts")
		.data((one) => [countsText(one)])
		.join("span")
		.attr("class", "counts")
		.text(String);
	line
		.selectAll("span.meaning")
		.data(({ cause }) => [causeText(cause)])
		.join("span")
		.attr("class", "meaning")
		.text(String);
}

const countsText = ({ again, dropped }: FailureClass): string =>
	[...(dropped > 0 ? [`${whole(dropped)} given up`] : []), ...(again > 0 ? [`${whole(again)} asked again`] : [])].join(
		", ",
	);

/** Where asking again can help: the run stands still and its targets are not reached. */
const canRerun = ({ state, accepted, target }: MonitorMessage): boolean => state !== "running" && accepted < target;

function rerunText(message: MonitorMessage): string {
	if (canRerun(message)) return "Asking a class again takes as many of its requests as are still wanted.";
	return message.state === "running"
		? "A class can be asked again once the run is paused or ended."
		: "All targets are reached, so nothing is to be asked again.";
}

function drawRerun(entries: unknown, message: MonitorMessage, post: (request: MonitorRequest) => void): void {
	(entries as Entries)
		.select<HTMLDivElement>("div.class")
		.selectAll<HTMLButtonElement, FailureClass>("button")
		.data((one) => (one.dropped > 0 && canRerun(message) ? [one] : []))
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.attr("aria-label", ({ cause }) => `Ask again what was given up as ${cause}`)
		.text("Ask again")
		.on("click", (_, { cause }) => post({ type: "rerun", cause }));
}

type Example = FailureClass["examples"][number];

function drawExamples(entries: unknown, post: (request: MonitorRequest) => void): void {
	const example = (entries as Entries)
		.selectAll("ul.examples")
		.data((one) => [one.examples.filter(({ message }) => message !== "")])
		.join("ul")
		.attr("class", "examples")
		.attr("hidden", (examples) => (examples.length === 0 ? "" : null))
		.selectAll<HTMLLIElement, Example>("li")
		.data(
			(examples) => examples,
			({ key }) => key,
		)
		.join("li");
	example
		.selectAll("code")
		.data(({ message }) => [message])
		.join("code")
		.text(String);
	example
		.selectAll("span.teacher")
		.data(({ teacher }) => [teacher])
		.join("span")
		.attr("class", "teacher counts")
		.text(String);
	example
		.selectAll<HTMLButtonElement, Example>("button")
		.data((one) => [one])
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.attr("aria-label", ({ teacher, message }) => `Copy as curl: ${teacher}, ${message.slice(0, 60)}`)
		.text("Copy as curl")
		.on("click", (_, { key }) => post({ type: "copyCurl", key }));
}

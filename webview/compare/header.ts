/** What is compared, how far it is, and why it waits. */
import { select } from "d3";
import type { CompareMessage, CompareRequest } from "../../server/core/generate/compare-message.ts";
import { languageName } from "../../server/core/generate/system-prompts.ts";

export function drawHeader(
	section: HTMLElement,
	{ teachers, seeds, language, strategy, state, reason }: CompareMessage,
	post: (request: CompareRequest) => void,
): void {
	const root = select(section);
	root
		.selectAll("h1")
		.data([`${teachers.length} teachers, ${seeds.length} seeds`])
		.join("h1")
		.text(String);
	const answers = seeds.flatMap((seed) => seed.answers);
	const there = answers.filter((answer) => answer.state !== "waiting").length;
	const status = `${state}${reason === null ? "" : `: ${reason}`}`;
	root
		.selectAll("p.state")
		.data([`${strategy} in ${languageName(language)} · ${there} of ${answers.length} answers · ${status}`])
		.join("p")
		.attr("class", `state ${state}`)
		.attr("role", "status")
		.text(String);
	root
		.selectAll("p.practice")
		.data(
			teachers.some(({ isPractice }) => isPractice) ? ["Practice teachers: canned text, not a language model."] : [],
		)
		.join("p")
		.attr("class", "practice")
		.text(String);
	const buttons: { label: string; request: CompareRequest }[] = [
		...(state === "running" ? [{ label: "Cancel", request: { type: "cancelComparison" } as const }] : []),
		...(state === "paused" || state === "cancelled" || state === "interrupted" || state === "failed"
			? [{ label: "Resume", request: { type: "resumeComparison" } as const }]
			: []),
		{ label: "Open the answers as samples", request: { type: "openSamples" } },
	];
	root
		.selectAll("div.buttons")
		.data([0])
		.join("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, (typeof buttons)[number]>("button")
		.data(buttons, ({ label }) => label)
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.text(({ label }) => label)
		.on("click", (_, { request }) => post(request));
}

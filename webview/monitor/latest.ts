/** The newest accepted samples in reading form, each in its language's direction. */
import { select } from "d3";
import type { MonitorMessage, MonitorSample } from "../../server/core/generate/monitor-message.ts";
import { findLanguage } from "../../server/core/languages.ts";

export function drawLatest(section: HTMLElement, { latest }: MonitorMessage): void {
	section.hidden = latest.length === 0;
	const root = select(section);
	root.selectAll("h2").data(["Latest samples"]).join("h2").text(String);
	const article = root
		.selectAll<HTMLElement, MonitorSample>("article")
		.data(latest, ({ teacher, prompt, response }) => JSON.stringify([teacher, prompt, response]))
		.join("article")
		.order();
	article
		.selectAll("p.origin")
		.data(({ teacher, language, strategy }) => [
			`${teacher} · ${findLanguage(language)?.name ?? language} · ${strategy}`,
		])
		.join("p")
		.attr("class", "origin")
		.text(String);
	text(article, "prompt", (sample) => sample.prompt);
	text(article, "response", (sample) => sample.response);
}

type Articles = ReturnType<typeof select<HTMLElement, MonitorSample>>;

function text(articles: unknown, name: "prompt" | "response", value: (sample: MonitorSample) => string): void {
	(articles as Articles)
		.selectAll<HTMLParagraphElement, MonitorSample>(`p.${name}`)
		.data((sample) => [sample])
		.join("p")
		.attr("class", name)
		.attr("lang", ({ language }) => language)
		.attr("dir", ({ language }) => findLanguage(language)?.direction ?? "auto")
		.text(value);
}

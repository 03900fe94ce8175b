/** The newest accepted samples in reading form, each in its language's direction and fonts. */
import { select } from "d3";
import type { MonitorMessage, MonitorSample } from "../../server/core/generate/monitor-message.ts";
import { languageName } from "../../server/core/generate/system-prompts.ts";
import { drawReading } from "../reading/draw-reading.ts";
import { pairReading } from "../reading/reading.ts";

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
		.data(({ teacher, language, strategy }) => [`${teacher} · ${languageName(language)} · ${strategy}`])
		.join("p")
		.attr("class", "origin")
		.text(String);
	article
		.selectAll<HTMLDivElement, MonitorSample>("div.sample")
		.data((sample) => [sample])
		.join("div")
		.attr("class", "sample reading")
		.each(function ({ prompt, response, language }) {
			drawReading(this, pairReading(prompt, response, language));
		});
}

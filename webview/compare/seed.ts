/** The seed on show, and the way to its neighbours. */
import { select } from "d3";
import type { ComparedSeed } from "../../server/core/generate/compare-message.ts";
import { drawReading } from "../reading/draw-reading.ts";

export interface SeedWay {
	readonly place: number;
	readonly count: number;
	go(place: number): void;
}

export function drawSeed(section: HTMLElement, seed: ComparedSeed, { place, count, go }: SeedWay): void {
	const root = select(section);
	const way = root.selectAll<HTMLDivElement, number>("div.way").data([0]).join("div").attr("class", "way");
	way
		.selectAll("h2")
		.data([`Seed ${place + 1} of ${count}`])
		.join("h2")
		.attr("aria-live", "polite")
		.text(String);
	const buttons = [
		{ label: "◀ Previous", key: "ArrowLeft", to: place - 1 },
		{ label: "Next ▶", key: "ArrowRight", to: place + 1 },
	];
	way
		.selectAll<HTMLButtonElement, (typeof buttons)[number]>("button")
		.data(buttons)
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.attr("aria-keyshortcuts", ({ key }) => key)
		.property("disabled", ({ to }) => to < 0 || to >= count)
		.text(({ label }) => label)
		.on("click", (_, { to }) => go(to));
	way
		.selectAll("p.hint")
		.data(["Arrow keys: seeds. 1 to 9: prefer that answer."])
		.join("p")
		.attr("class", "hint")
		.text(String);
	const holder = root
		.selectAll<HTMLDivElement, number>("div.text")
		.data([0])
		.join("div")
		.attr("class", "text reading")
		.node();
	if (holder) {
		const turns = seed.turns.map((turn) => ({ ...turn, language: seed.language }));
		drawReading(holder, { turns, marks: [] });
	}
}

/** The panel's name and its tabs; arrow keys move between them. */
import { select } from "d3";
import { type Choices, type Choose, type Tab, tabs } from "./choices.ts";

const names: Readonly<Record<Tab, string>> = {
	score: "Score",
	teachers: "Teachers",
	data: "Data",
	recipe: "Recipe",
	advice: "Advice",
};

export function drawTabs(section: HTMLElement, choices: Choices, choose: Choose): void {
	const head = select(section);
	head.selectAll("h1").data(["Polyglot Score"]).join("h1").text(String);
	head
		.selectAll("div")
		.data([0])
		.join("div")
		.attr("role", "tablist")
		.attr("aria-label", "Panels")
		.selectAll<HTMLButtonElement, Tab>("button")
		.data(tabs)
		.join("button")
		.attr("type", "button")
		.attr("role", "tab")
		.attr("aria-selected", (tab) => `${tab === choices.tab}`)
		.attr("tabindex", (tab) => (tab === choices.tab ? 0 : -1))
		.text((tab) => names[tab])
		.on("click", (_event, tab) => choose({ tab }))
		.on("keydown", (event: KeyboardEvent, tab) => {
			const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
			const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
			if (step === 0 || next === undefined) return;
			choose({ tab: next });
			section.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
		});
}

/** What the run would take, and the buttons. */
import { select } from "d3";
import { draftCurrency } from "../../server/core/generate/draft.ts";
import { estimateAssumptions, estimateFigures } from "../../server/core/generate/estimate-text.ts";
import { drawFacts } from "../shared/facts.ts";
import { type FormState, problemsOf } from "./form-state.ts";

export interface FooterActions {
	start(): void;
	keep(): void;
}

export function drawFooter(section: HTMLElement, state: FormState, actions: FooterActions): void {
	const parts = select(section).selectAll<HTMLDivElement, string>("div.estimate").data(["estimate"]).join("div");
	const estimate = parts.attr("class", String).node();
	if (estimate) drawEstimate(estimate, state);
	const words = wordsOf(state);
	select(section)
		.selectAll("p.alert")
		.data([words ?? ""])
		.join("p")
		.attr("class", "alert")
		.attr("role", "alert")
		.attr("hidden", words === null ? "" : null)
		.text(String);
	const buttons = [
		{ name: "start", label: state.isStarting ? "Starting…" : "Start generating", press: () => actions.start() },
		{ name: "keep secondary", label: "Keep this grid in polyglot.json", press: () => actions.keep() },
	];
	select(section)
		.selectAll("div.buttons")
		.data([0])
		.join("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, (typeof buttons)[number]>("button")
		.data(buttons)
		.join("button")
		.attr("type", "button")
		.attr("class", ({ name }) => name)
		// Not disabled while something is missing: pressing it says what.
		.property("disabled", state.isStarting)
		.text(({ label }) => label)
		.on("click", (_, { press }) => press());
}

/** Why it cannot start: the engine's reason, or how much is to be mended above. */
function wordsOf(state: FormState): string | null {
	if (state.startProblem !== null) return state.startProblem;
	if (state.isStarting) return null;
	const problems = problemsOf(state);
	if (state.hasTried && problems.length > 0)
		return problems.length === 1
			? (problems[0]?.message ?? null)
			: `${problems.length} things are to be mended: ${problems.map(({ message }) => message).join(" ")}`;
	return state.engineProblem;
}

function drawEstimate(section: HTMLElement, state: FormState): void {
	const { estimate } = state;
	const figures = estimate ? estimateFigures(estimate) : null;
	const rows = figures
		? [
				{ name: "requests", value: figures.requests },
				{ name: "prompt tokens", value: figures.promptTokens },
				{ name: "answer tokens", value: figures.completionTokens },
				{ name: "cost", value: figures.cost },
				{ name: "time", value: figures.time },
			]
		: [];
	const root = select(section);
	root
		.selectAll("h2")
		.data([estimate ? "Expected" : state.isEstimating ? "Expected: …" : "Nothing to estimate yet"])
		.join("h2")
		.text(String);
	drawFacts(section, rows, state.isEstimating);
	root
		.selectAll("p.note")
		.data(estimate ? [`${capText(state)}${estimateAssumptions}`] : [])
		.join("p")
		.attr("class", "note")
		.text(String);
}

/** Whether the cap may end the run before its targets. */
function capText({ draft, offer, estimate }: FormState): string {
	const currency = draftCurrency(draft, offer.teachers);
	const range = currency === null ? undefined : estimate?.cost[currency];
	const cap = Number(draft.budget);
	if (draft.budget.trim() === "" || !range || !(cap > 0) || cap >= range[1]) return "";
	return cap < range[0]
		? `The cap of ${cap} ${currency} will pause this run before its targets. `
		: `The cap of ${cap} ${currency} may pause this run before its targets. `;
}

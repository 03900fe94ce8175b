/** Title, state with its reason, the figures looked for first, and what can be done. */
import { select } from "d3";
import type { MonitorMessage, MonitorRequest } from "../../server/core/generate/monitor-message.ts";
import { duration, money, whole } from "../shared/quantities.ts";

const signs: Readonly<Record<MonitorMessage["state"], string>> = {
	running: "▸",
	paused: "‖",
	done: "✓",
	cancelled: "⊘",
	failed: "✕",
	interrupted: "‖",
};

export function drawHeader(section: HTMLElement, shown: MonitorMessage, post: (request: MonitorRequest) => void): void {
	const root = select(section);
	root.selectAll("h1").data([shown.title]).join("h1").text(String);
	root
		.selectAll("p.state")
		.data([stateText(shown)])
		.join("p")
		.attr("class", `state ${shown.state}`)
		.attr("role", "status")
		.text(String);
	root
		.selectAll("p.practice")
		.data(
			shown.lanes.some(({ isPractice }) => isPractice) ? ["Practice teachers: canned text, not a language model."] : [],
		)
		.join("p")
		.attr("class", "practice")
		.text(String);
	drawProgress(section, shown);
	drawFigures(section, shown);
	drawCap(section, shown);
	drawButtons(section, shown, post);
}

/** One line that always says why work waits. */
function stateText({ state, waiting, message }: MonitorMessage): string {
	const reason = message ?? (waiting === null ? null : `waiting: ${waiting}`);
	return `${signs[state]} ${state}${reason === null ? "" : `: ${reason}`}`;
}

function drawProgress(section: HTMLElement, { accepted, target }: MonitorMessage): void {
	select(section)
		.selectAll<HTMLProgressElement, number>("progress")
		.data([accepted])
		.join("progress")
		.attr("max", Math.max(1, target))
		.attr("value", accepted)
		.attr("aria-label", `${accepted} of ${target} samples accepted`);
}

interface Figure {
	readonly name: string;
	readonly value: string;
	readonly unit: string;
}

function drawFigures(section: HTMLElement, shown: MonitorMessage): void {
	const figure = select(section)
		.selectAll("dl")
		.data([figuresOf(shown)])
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
	// A definition list may hold nothing but terms and definitions, so the unit is a second definition.
	figure
		.selectAll("dd")
		.data(({ value, unit }) => [
			{ name: "value", text: value },
			{ name: "unit", text: unit },
		])
		.join("dd")
		.attr("class", ({ name }) => name)
		.text(({ text }) => text);
}

function figuresOf(shown: MonitorMessage): Figure[] {
	const { accepted, target, ratePerS, etaS, lanes, reused } = shown;
	const sum = (value: (lane: MonitorMessage["lanes"][number]) => number) =>
		lanes.reduce((total, lane) => total + value(lane), 0);
	const attempts = sum((lane) => lane.attempts);
	const asked = Math.max(0, accepted - reused);
	const waste = attempts === 0 ? "–" : `${Math.round((100 * Math.max(0, attempts - asked)) / attempts)} %`;
	return [
		{
			name: "accepted",
			value: whole(accepted),
			unit: `of ${whole(target)}${reused > 0 ? `, ${whole(reused)} reused` : ""}`,
		},
		{ name: "rate", value: ratePerS === null ? "–" : ratePerS.toFixed(1), unit: "samples per second" },
		{ name: "left", value: etaS === null ? "–" : duration(etaS), unit: "at this rate" },
		{ name: "waste", value: waste, unit: `of ${whole(attempts)} requests gave no sample` },
		{
			name: "tokens",
			value: whole(sum((lane) => lane.completionTokens)),
			unit: `written, ${whole(sum((lane) => lane.promptTokens))} read`,
		},
		...moneyFigures(shown),
	];
}

/** Without a price the cost is unknown, which is not nothing. */
function moneyFigures({ spent, projected, budget, lanes }: MonitorMessage): Figure[] {
	const currencies = Object.keys(spent);
	if (currencies.length === 0)
		return lanes.every(({ isPractice }) => isPractice)
			? []
			: [{ name: "cost", value: "unknown", unit: "no price in polyglot.json" }];
	return currencies.map((currency) => {
		const whole = projected?.[currency];
		const parts = [
			...(whole === undefined ? [] : [`${money(whole, currency)} projected`]),
			...(budget?.currency === currency ? [`budget ${money(budget.amount, currency)}`] : []),
		];
		return { name: "spent", value: money(spent[currency] ?? 0, currency), unit: parts.join(", ") };
	});
}

/** What was spent of the cap, and what the whole run will have cost at this rate. */
function drawCap(section: HTMLElement, { spent, projected, budget }: MonitorMessage): void {
	const shown = budget ? [{ ...budget, used: spent[budget.currency] ?? 0, whole: projected?.[budget.currency] }] : [];
	const line = select(section).selectAll("p.cap").data(shown).join("p").attr("class", "cap");
	line
		.selectAll("meter")
		.data((cap) => [cap])
		.join("meter")
		.attr("max", ({ amount }) => amount)
		.attr("high", ({ amount }) => amount * 0.9)
		.attr("value", ({ used }) => used)
		.attr("aria-label", ({ used, amount, currency }) => `${money(used, currency)} of ${money(amount, currency)} spent`);
	line
		.selectAll("span")
		.data((cap) => [capText(cap)])
		.join("span")
		.text(String);
}

interface Cap {
	readonly amount: number;
	readonly currency: string;
	readonly used: number;
	readonly whole: number | undefined;
}

function capText({ amount, currency, used, whole: expected }: Cap): string {
	const share = `${Math.round((100 * used) / amount)} % of the cap of ${money(amount, currency)} spent`;
	if (expected === undefined) return share;
	return expected > amount
		? `${share}; at this rate the run needs ${money(expected, currency)} and will pause before its targets`
		: `${share}; at this rate the run ends at ${money(expected, currency)}`;
}

interface Button {
	readonly label: string;
	readonly request: MonitorRequest;
}

function drawButtons(section: HTMLElement, { state }: MonitorMessage, post: (request: MonitorRequest) => void): void {
	const running: Button[] = [
		{ label: "Pause", request: { type: "pause" } },
		{ label: "Cancel", request: { type: "cancel" } },
	];
	const resume: Button[] = [{ label: "Resume", request: { type: "resume" } }];
	const buttons = state === "running" ? running : state === "done" ? [] : resume;
	select(section)
		.selectAll("div.buttons")
		.data([0])
		.join("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, Button>("button")
		.data(buttons, ({ label }) => label)
		.join("button")
		.attr("type", "button")
		.text(({ label }) => label)
		.on("click", (_, { request }) => post(request));
}

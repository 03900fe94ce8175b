/** The answers to one seed side by side: text, findings, figures, and what is decided about each. */
import { select } from "d3";
import type { ComparedAnswer, ComparedSeed, CompareMessage } from "../../server/core/generate/compare-message.ts";
import { drawReading } from "../reading/draw-reading.ts";
import { whole } from "../shared/quantities.ts";
import { isPreferred } from "./decisions.ts";
import { smallMoney } from "./small-money.ts";

export interface AnswerActions {
	prefer(answer: ComparedAnswer): void;
	/** Asked again, it takes the decision back. */
	decide(answer: ComparedAnswer, decision: "accepted" | "rejected"): void;
}

export function drawAnswers(
	section: HTMLElement,
	seed: ComparedSeed,
	message: CompareMessage,
	actions: AnswerActions,
): void {
	const article = select(section)
		.selectAll<HTMLElement, ComparedAnswer>("article")
		.data(seed.answers, ({ teacher }) => teacher)
		.join("article")
		.attr("class", ({ state, decision }) => `answer ${state} ${decision ?? ""}`)
		.attr("aria-label", ({ teacher }) => `Answer of ${teacher}`);
	article
		.selectAll("h3")
		.data((answer, index) => [`${index + 1} · ${answer.teacher}`])
		.join("h3")
		.text(String);
	drawButtons(article, seed, actions);
	article
		.selectAll("p.reason")
		.data((answer) => [reasonOf(answer)].filter((reason) => reason !== null))
		.join("p")
		.attr("class", "reason")
		.text(String);
	article
		.selectAll<HTMLDivElement, ComparedAnswer>("div.text")
		.data((answer) => [answer])
		.join("div")
		.attr("class", "text reading")
		.each(function (answer) {
			drawReading(this, readingOf(answer, message.language));
		});
	drawFigures(article, message);
}

/** The articles as d3 types them when they were not yet joined. */
type Articles = ReturnType<typeof select<HTMLElement, ComparedAnswer>>;

function drawButtons(articles: unknown, seed: ComparedSeed, actions: AnswerActions): void {
	const article = articles as Articles;
	article
		.selectAll<HTMLDivElement, ComparedAnswer>("div.decide")
		.data((answer) => [answer])
		.join("div")
		.attr("class", "decide")
		.selectAll<HTMLButtonElement, Decide>("button")
		.data((answer) => decisionsOf(seed, answer, actions))
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.attr("aria-pressed", ({ isOn }) => String(isOn))
		.attr("aria-label", ({ label, teacher }) => `${label} the answer of ${teacher}`)
		.attr("aria-keyshortcuts", ({ shortcut }) => shortcut)
		.property("disabled", ({ isPossible }) => !isPossible)
		.text(({ label, isOn }) => (isOn ? `✓ ${label}` : label))
		.on("click", (_, { press }) => press());
}

interface Decide {
	readonly label: string;
	readonly teacher: string;
	readonly isOn: boolean;
	readonly isPossible: boolean;
	readonly shortcut: string | null;
	press(): void;
}

function decisionsOf(seed: ComparedSeed, answer: ComparedAnswer, actions: AnswerActions): Decide[] {
	const { teacher, key, decision } = answer;
	const common = { teacher, isPossible: key !== null };
	const place = seed.answers.indexOf(answer) + 1;
	return [
		{
			...common,
			label: "Prefer",
			isOn: isPreferred(seed, answer),
			shortcut: place <= 9 ? String(place) : null,
			press: () => actions.prefer(answer),
		},
		{
			...common,
			label: "Accept",
			isOn: decision === "accepted",
			shortcut: null,
			press: () => actions.decide(answer, "accepted"),
		},
		{
			...common,
			label: "Reject",
			isOn: decision === "rejected",
			shortcut: null,
			press: () => actions.decide(answer, "rejected"),
		},
	];
}

function reasonOf({ state, reason }: ComparedAnswer): string | null {
	if (state === "waiting") return reason === null ? "No answer yet." : `Asked again: ${reason}`;
	return state === "failed" ? `No sample: ${reason ?? "no reason was given"}` : null;
}

/** Findings that no shown turn holds are told above the text, at its first turn. */
function readingOf({ turns, findings }: ComparedAnswer, language: string) {
	const fields = new Set(turns.map(({ field }) => field));
	const first = turns[0]?.field ?? "";
	return {
		turns: turns.map((turn) => ({ ...turn, language })),
		marks: findings.map(({ message, field, start, end }) =>
			field !== null && fields.has(field)
				? { field, start, end, message }
				: { field: first, start: null, end: null, message },
		),
	};
}

interface Figure {
	readonly name: string;
	readonly value: string;
}

function drawFigures(articles: unknown, message: CompareMessage): void {
	const article = articles as Articles;
	const row = article
		.selectAll<HTMLDListElement, Figure[]>("dl")
		.data((answer) => [figuresOf(answer, message)])
		.join("dl")
		.selectAll<HTMLDivElement, Figure>("div")
		.data(
			(figures) => figures,
			({ name }) => name,
		)
		.join("div");
	row
		.selectAll("dt")
		.data(({ name }) => [name])
		.join("dt")
		.text(String);
	row
		.selectAll("dd")
		.data(({ value }) => [value])
		.join("dd")
		.text(String);
}

function figuresOf(answer: ComparedAnswer, { teachers }: CompareMessage): Figure[] {
	if (answer.state === "waiting") return [];
	const { latencyMs, completionTokens, cost, isReused, metrics, teacher } = answer;
	const currency = teachers.find(({ name }) => name === teacher)?.currency ?? null;
	const own = [
		{
			name: "time",
			value: isReused
				? "taken over from an earlier run"
				: latencyMs === null
					? "–"
					: `${(latencyMs / 1000).toFixed(1)} s`,
		},
		{ name: "tokens", value: completionTokens === null ? "–" : whole(completionTokens) },
		...(cost !== null && currency !== null ? [{ name: "cost", value: smallMoney(cost, currency) }] : []),
	];
	const measured = metrics.map(({ name, value, threshold }) => ({
		name,
		value: threshold === "" ? value : `${value} (threshold ${threshold})`,
	}));
	return [...own, ...measured];
}

/** The Advice panel: which teachers to try, each sentence with the numbers behind it, and a plan that starts generating. */
import { select } from "d3";
import { languages as knownLanguages } from "../../server/core/languages.ts";
import { strategies } from "../../server/core/sample-row.ts";
import { isolated } from "../../server/core/score/isolate.ts";
import type { ScorePanelMessage, ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { type Recommendation, recommend, type Wish } from "../../server/core/score/recommend.ts";
import type { Evidence, Statement } from "../../server/core/score/recommend-statements.ts";
import type { Choices, Choose } from "./choices.ts";
import { cellKey } from "./lines.ts";

const budgets = [300, 1000, 3000, 10_000, 30_000];

export function drawAdvice(
	body: HTMLElement,
	message: ScorePanelMessage,
	{ wish }: Choices,
	choose: Choose,
	post: (request: ScorePanelRequest) => void,
): void {
	const advice = recommend(message, wish);
	const root = select(body);
	const part = (name: string) =>
		root.selectAll<HTMLElement, string>(`:scope > .${name}`).data([name]).join("div").attr("class", name);
	drawWish(part("wish").node(), message, wish, choose);
	drawStatements(part("statements").node(), advice.statements, message, choose);
	drawPlan(part("plan").node(), advice, post);
}

/** Language, student base and budget, as three lists. */
function drawWish(section: HTMLElement | null, message: ScorePanelMessage, wish: Wish, choose: Choose): void {
	if (!section) return;
	const bases = message.studentBases.map(({ name, label }) => ({ value: name, label }));
	const budget = [...new Set([...budgets, wish.samples])].sort((a, b) => a - b);
	const lists = [
		{
			label: "Language of the samples",
			options: knownLanguages.map(({ code, name }) => ({ value: code, label: name })),
			value: wish.language,
			pick: (language: string) => choose({ wish: { ...wish, language } }),
		},
		{
			label: "Student base",
			options: bases,
			value: wish.studentBase,
			pick: (studentBase: string) => choose({ wish: { ...wish, studentBase } }),
		},
		{
			label: "Budget",
			options: budget.map((count) => ({ value: String(count), label: `${count.toLocaleString("en")} samples` })),
			value: String(wish.samples),
			pick: (samples: string) => choose({ wish: { ...wish, samples: Number(samples) } }),
		},
	];
	const fields = select(section)
		.selectAll<HTMLLabelElement, (typeof lists)[number]>("label")
		.data(lists)
		.join((enter) => {
			const field = enter.append("label");
			field.append("span");
			field.append("select");
			return field;
		});
	fields.select("span").text(({ label }) => label);
	fields
		.select<HTMLSelectElement>("select")
		.on("change", (event: Event, { pick }) => {
			if (event.target instanceof HTMLSelectElement) pick(event.target.value);
		})
		.each(function ({ options, value }) {
			select(this)
				.selectAll("option")
				.data(options)
				.join("option")
				.attr("value", (option) => option.value)
				.property("selected", (option) => option.value === value)
				.text((option) => option.label);
		});
}

function drawStatements(
	section: HTMLElement | null,
	statements: readonly Statement[],
	message: ScorePanelMessage,
	choose: Choose,
): void {
	if (!section) return;
	const blocks = select(section)
		.selectAll<HTMLElement, Statement>("section")
		.data([...statements])
		.join((enter) => {
			const block = enter.append("section");
			block.append("p").append("bdi");
			block.append("ul");
			return block;
		});
	blocks.select("p bdi").text(({ text }) => text);
	blocks.each(function ({ evidence }) {
		const items = select(this)
			.select("ul")
			.selectAll<HTMLLIElement, Evidence>("li")
			.data([...evidence])
			.join("li");
		items
			.selectAll<HTMLButtonElement, Evidence>("button")
			.data((one) => [one])
			.join("button")
			.attr("type", "button")
			.attr("class", "link")
			.attr("title", ({ file }) => file)
			.on("click", (_event, one) => follow(one, message, choose))
			.selectAll("bdi")
			.data(({ text }) => [text])
			.join("bdi")
			.text(String);
	});
}

/** To the score, opened with all it rests on, or to the figure. */
function follow({ link }: Evidence, message: ScorePanelMessage, choose: Choose): void {
	if (link === null) return;
	if (link.kind === "figure") {
		choose({ tab: link.tab, view: "chart" }, `figure[data-name="${link.figure}"]`);
		return;
	}
	const cell = message.cells.find((one) => cellKey(one) === cellKey(link.cell));
	if (!cell) return;
	const base = cell.source === "published" ? { studentBase: cell.studentBase } : {};
	choose(
		{ tab: "score", shown: "both", hiddenLanguages: new Set(), chosen: cellKey(cell), ...base },
		".score-breakdown",
	);
}

function drawPlan(
	section: HTMLElement | null,
	{ wish, candidates, plan }: Recommendation,
	post: (request: ScorePanelRequest) => void,
): void {
	if (!section) return;
	const label = (teacher: string) => isolated(candidates.find((one) => one.teacher === teacher)?.label ?? teacher);
	const lines = [
		`Try ${plan.teachers.map(label).join(", ")} with ${plan.samplesPerTeacher.toLocaleString("en")} samples each: ${plan.strategies.join(", ")} in equal shares.`,
		plan.measurement,
	];
	const root = select(section);
	root.selectAll("h2").data(["Plan"]).join("h2").text(String);
	root
		.selectAll<HTMLParagraphElement, string>("p")
		.data(lines)
		.join((enter) => {
			const line = enter.append("p");
			line.append("bdi");
			return line;
		})
		.select("bdi")
		.text(String);
	const request: ScorePanelRequest = {
		type: "generatePlan",
		teachers: [...plan.teachers],
		language: wish.language,
		strategies: strategies.filter((strategy) => plan.strategies.includes(strategy)),
		count: plan.samplesPerTeacher,
	};
	root
		.selectAll("div.buttons")
		.data(plan.teachers.length > 0 ? [0] : [])
		.join("div")
		.attr("class", "buttons")
		.selectAll("button")
		.data(["Generate with this plan…"])
		.join("button")
		.attr("type", "button")
		.text(String)
		.on("click", () => post(request));
}

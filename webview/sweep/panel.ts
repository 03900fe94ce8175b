/** The grid of a sweep: a row a teacher, a column a language, in every cell the state of its student. */
import { type Selection, select } from "d3";
import type { Link } from "../../server/core/trainer/panel-message.ts";
import { cellKey, type SweepGridCell } from "../../server/core/trainer/sweep.ts";
import { SweepPanelMessage, type SweepPanelRequest } from "../../server/core/trainer/sweep-message.ts";
import { significant, whole } from "../shared/quantities.ts";
import "./panel.css";
import { drawTableHead } from "../shared/table-head.ts";

type View = SweepPanelMessage["view"];
type Post = (request: SweepPanelRequest) => void;

/** Draws, or redraws, the grid. Throws when the message is not a sweep's. */
export function drawSweep(root: HTMLElement, received: unknown, post: Post): void {
	const { view, link } = SweepPanelMessage.parse(received);
	drawHead(root, view, link);
	drawButtons(root, view, link, post);
	drawGrid(root, view, post);
	drawRefusals(root, view);
}

function drawHead(root: HTMLElement, view: View, link: Link): void {
	const head = select(root).selectAll("header").data([0]).join("header");
	head.selectAll("h1").data([view.title]).join("h1").attr("dir", "auto").text(String);
	const facts = [
		{ name: "base", text: view.base },
		...(view.isPractice ? [{ name: "practice", text: "practice: byte n-gram models, not language models" }] : []),
		{ name: "states", text: countsOf(view.cells) },
		...(view.isLaunching ? [{ name: "launching", text: "launching, one student after the other" }] : []),
		...(link.state === "connected" ? [] : [{ name: "link", text: linkText(link) }]),
	];
	head
		.selectAll("p")
		.data([facts])
		.join("p")
		.attr("class", "facts")
		.attr("role", "status")
		.selectAll("span")
		.data((all) => all)
		.join("span")
		.attr("class", ({ name }) => `fact ${name}`)
		.text(({ text }) => text);
}

/** Such as `4 succeeded, 1 running, 1 queued`, in the order of a run's life. */
function countsOf(cells: readonly SweepGridCell[]): string {
	const counts = new Map<string, number>();
	for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
	const order = ["succeeded", "finalizing", "running", "preparing", "queued", "planned"];
	const place = ([state]: [string, number]) => (order.includes(state) ? order.indexOf(state) : order.length);
	return [...counts]
		.sort((a, b) => place(a) - place(b))
		.map(([state, count]) => `${count} ${state}`)
		.join(", ");
}

/** Never a word about the runs: they go on without this link. */
function linkText({ state, message }: Link): string {
	const what = state === "connecting" ? "connecting to the trainer" : "no link to the trainer; the runs may go on";
	return message === null ? what : `${what} (${message})`;
}

function drawButtons(root: HTMLElement, view: View, link: Link, post: Post): void {
	const has = (fits: (cell: SweepGridCell) => boolean) => view.cells.some(fits);
	const offered = [
		!view.isLaunching &&
			has(({ runId }) => runId === null) && { type: "launchRest", label: "Launch what is not launched" },
		has(({ state, evaluation }) => state === "succeeded" && evaluation === null) && {
			type: "evaluateAll",
			label: "Evaluate trained students",
		},
		has(({ runId, isFinal }) => runId !== null && !isFinal) && { type: "cancelAll", label: "Cancel what is not done" },
		has(({ evaluation }) => typeof evaluation?.result === "number") && { type: "openScore", label: "Show score" },
		link.state === "closed" && { type: "reconnect", label: "Reconnect" },
	].filter((button) => button !== false) as { type: Exclude<SweepPanelRequest["type"], "openRun">; label: string }[];
	select(root)
		.selectAll("div.buttons")
		.data([offered])
		.join("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, (typeof offered)[number]>("button")
		.data(
			(all) => all,
			({ type }) => type,
		)
		.join("button")
		.attr("type", "button")
		.text(({ label }) => label)
		.on("click", (_event, { type }) => post({ type }));
}

function drawGrid(root: HTMLElement, { cells }: View, post: Post): void {
	const teachers = [...new Set(cells.map(({ teacher }) => teacher))];
	const codes = [...new Set(cells.map(({ language }) => language))].sort();
	const found = new Map(cells.map((cell) => [cellKey(cell), cell]));
	const table = select(root).selectAll("div.grid").data([0]).join("div").attr("class", "grid");
	const grid = table.selectAll<HTMLTableElement, number>("table").data([0]).join("table");
	drawTableHead(grid.node(), ["teacher", ...codes], "Students: teachers by languages");
	const row = grid.selectAll("tbody").data([0]).join("tbody").selectAll("tr").data(teachers).join("tr");
	row
		.selectAll("th")
		.data((teacher) => [teacher])
		.join("th")
		.attr("scope", "row")
		.attr("dir", "auto")
		.text(String);
	row
		.selectAll<HTMLTableCellElement, SweepGridCell | undefined>("td")
		.data((teacher) => codes.map((language) => found.get(cellKey({ teacher, language }))))
		.join("td")
		.each(function (cell) {
			drawCell(this, cell, post);
		});
}

const signs: Readonly<Record<string, string>> = {
	succeeded: "✓",
	failed: "✕",
	refused: "✕",
	cancelled: "⊘",
	interrupted: "‖",
	lost: "?",
	queued: "…",
	planned: "·",
};

function drawCell(target: HTMLTableCellElement, cell: SweepGridCell | undefined, post: Post): void {
	target.className = cell ? `cell ${cell.state}` : "none";
	if (cell) target.removeAttribute("aria-label");
	else target.setAttribute("aria-label", "no rows");
	const runId = cell?.runId ?? null;
	const boxes = [
		{ tag: "div", cells: cell && runId === null ? [cell] : [] },
		{ tag: "button", cells: cell && runId !== null ? [cell] : [] },
	];
	for (const { tag, cells } of boxes) {
		const box = select<HTMLElement, unknown>(target)
			.selectAll<HTMLElement, SweepGridCell>(tag)
			.data(cells)
			.join((enter) => enter.append<HTMLElement>(tag));
		drawLines(box);
		box.attr("type", tag === "button" ? "button" : null);
		if (runId !== null) box.on("click", () => post({ type: "openRun", runId }));
	}
}

function drawLines(box: Selection<HTMLElement, SweepGridCell, HTMLElement | null, unknown>): void {
	box.attr("aria-label", (cell) => `${cell.teacher}, ${cell.language}: ${linesOf(cell).join("; ")}`);
	box
		.selectAll("span")
		.data((cell) => linesOf(cell))
		.join("span")
		.attr("class", (_, index) => (index === 0 ? "state" : "more"))
		.text(String);
	box
		.selectAll<HTMLElement, number>("i")
		.data(({ totalSteps, isFinal, step }) => (totalSteps && !isFinal ? [step / totalSteps] : []))
		.join("i")
		.attr("aria-hidden", "true")
		.each(function (share) {
			this.style.width = `${Math.round(100 * share)}%`;
		});
}

/** State first; then what is known of the student: loss, or what its evaluation found. */
function linesOf({ state, reason, step, totalSteps, rows, loss, evaluation }: SweepGridCell): string[] {
	const sign = signs[state];
	const why = state !== "refused" && reason !== null ? `: ${reason}` : "";
	const head = `${sign ? `${sign} ` : ""}${state}${why}`;
	const training = totalSteps !== null && state === "running" ? `step ${step} of ${totalSteps}` : `${whole(rows)} rows`;
	const found =
		typeof evaluation?.result === "number"
			? [`result ${evaluation.result.toFixed(3)}`]
			: evaluation
				? [`evaluation ${evaluation.state}`]
				: [];
	return [head, loss === null ? training : `loss ${significant(loss)}`, ...found];
}

function drawRefusals(root: HTMLElement, { cells }: View): void {
	const refused = cells.filter(({ state }) => state === "refused");
	select(root)
		.selectAll("ul.refusals")
		.data(refused.length > 0 ? [refused] : [])
		.join("ul")
		.attr("class", "refusals")
		.selectAll("li")
		.data((all) => all)
		.join("li")
		.text(({ teacher, language, reason }) => `${teacher}, ${language}: ${reason ?? "refused"}`);
}

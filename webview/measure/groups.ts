/** The table of groups: every metric with its uncertainty, what it rests on, and what measured it. */
import { select } from "d3";
import type { MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import type { MeasurePicture } from "../../server/core/measure/measure-picture.ts";
import type { MeasuredRow } from "../../server/core/measure/measured-row.ts";
import { interval95, type Metric } from "../../server/core/measure/metric.ts";
import { whole } from "../shared/quantities.ts";
import { groupName } from "./measure-state.ts";

interface Column {
	readonly title: string;
	/** What the column is, in a tooltip. */
	readonly about: string;
	readonly metric: (row: MeasuredRow) => Metric;
	readonly digits: number;
	readonly isShare?: boolean;
}

const columns: readonly Column[] = [
	{
		title: "prompts: diversity",
		about: "distinct_ri: mean cosine distance between the prompts of the group",
		metric: ({ prompts }) => prompts.distinct_ri,
		digits: 4,
	},
	{
		title: "responses: diversity",
		about: "distinct_ri: mean cosine distance between the responses of the group",
		metric: ({ responses }) => responses.distinct_ri,
		digits: 4,
	},
	{
		title: "exact copies",
		about: "share of responses that stand in the group before, letter for letter",
		metric: ({ responses }) => responses.exact_duplicate_share,
		digits: 1,
		isShare: true,
	},
	{
		title: "near copies",
		about: "share of responses that nearly repeat one before; diversity hardly sees them",
		metric: ({ responses }) => responses.near_duplicate_share,
		digits: 1,
		isShare: true,
	},
	{
		title: "tokens",
		about: "mean length of responses; diversity depends on it",
		metric: ({ responses }) => responses.length_tokens,
		digits: 1,
	},
	{ title: "rubric", about: "mean rating by the first judge, from 1 to 5", metric: ({ rubric }) => rubric, digits: 2 },
	{
		title: "perplexity",
		about: "of responses given their prompts",
		metric: (row) => row.perplexity_of_responses,
		digits: 2,
	},
];

export function drawGroups(
	section: HTMLElement,
	picture: MeasurePicture,
	chosen: number,
	choose: (group: number) => void,
	post: (request: MeasurePanelRequest) => void,
): void {
	const { report } = picture;
	const root = select(section);
	root.selectAll(":scope > h2").data(["Groups"]).join("h2").text(String);
	root
		.selectAll(":scope > p.about")
		.data([aboutOf(picture)])
		.join("p")
		.attr("class", "about")
		.text(String);
	drawWarnings(section, report.warnings);
	const table = root
		.selectAll(":scope > div.scroll")
		.data([0])
		.join("div")
		.attr("class", "scroll")
		.attr("tabindex", "0")
		.attr("role", "region")
		.attr("aria-label", "Table of groups")
		.selectAll("table")
		.data([0])
		.join("table");
	const head = table.selectAll("thead").data([0]).join("thead").selectAll("tr").data([0]).join("tr");
	const titles = [{ title: "group", about: "" }, { title: "samples", about: "rows that were measured" }, ...columns];
	head
		.selectAll<HTMLTableCellElement, (typeof titles)[number]>("th")
		.data(titles)
		.join("th")
		.attr("scope", "col")
		.attr("data-tip", ({ about }) => about || null)
		.text(({ title }) => title);
	const row = table
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, MeasuredRow>("tr")
		.data(report.rows)
		.join("tr")
		.classed("chosen", (_, index) => index === chosen);
	row
		.selectAll<HTMLTableCellElement, number>("th")
		.data((_, index) => [index])
		.join("th")
		.attr("scope", "row")
		.selectAll<HTMLButtonElement, number>("button")
		.data((index) => [index])
		.join("button")
		.attr("type", "button")
		.attr("class", "link")
		.attr("dir", "auto")
		.attr("aria-pressed", (index) => `${index === chosen}`)
		.text((index) => groupName(picture, index))
		.on("click", (_event, index) => choose(index));
	row
		.selectAll<HTMLTableCellElement, Shown>("td")
		.data((one) => [{ text: whole(one.n), spread: "", tip: "" }, ...columns.map((column) => shown(column, one))])
		.join("td")
		.attr("data-tip", ({ tip }) => tip || null)
		.each(function ({ text, spread }) {
			select(this)
				.selectAll("span")
				.data([text, spread])
				.join("span")
				.attr("class", (_, at) => (at === 0 ? "value" : "spread"))
				.text(String);
		});
	drawScoreWay(section, picture, post);
}

interface Shown {
	readonly text: string;
	readonly spread: string;
	readonly tip: string;
}

function shown({ metric, digits, isShare }: Column, row: MeasuredRow): Shown {
	const found = metric(row);
	const { value, stderr, n, missing, reason, backend } = found;
	const number = (one: number) => (isShare ? `${(100 * one).toFixed(digits)} %` : one.toFixed(digits));
	const interval = interval95(found);
	const words = [
		backend === null ? "" : `by ${backend}`,
		value === null ? "" : `over ${whole(n)} samples`,
		missing > 0 && value !== null ? `${whole(missing)} missing` : "",
		interval ? `95 % interval ${number(interval[0])} to ${number(interval[1])}` : "",
		reason ?? "",
	];
	return {
		text: value === null ? "–" : number(value),
		spread: value === null || stderr === null ? "" : `± ${number(1.96 * stderr)}`,
		tip: words.filter((word) => word !== "").join("; "),
	};
}

function aboutOf({ report, measuredAt, wish }: MeasurePicture): string {
	const drawn = wish.draw === null ? "" : `, ${wish.draw.size} of each group drawn by seed ${wish.draw.seed}`;
	const unread = report.unreadable === 0 ? "" : `; ${whole(report.unreadable)} lines hold no sample`;
	const spent = Object.entries(report.spent).map(([currency, amount]) => `${amount.toFixed(4)} ${currency}`);
	const cost = spent.length === 0 ? "" : `; ${spent.join(", ")} spent`;
	return `${report.files.join(", ")}, ${whole(report.lines)} lines${drawn}${unread}${cost}. Measured ${new Date(measuredAt).toLocaleString()}. ± is half a 95 % interval.`;
}

function drawWarnings(section: HTMLElement, warnings: readonly string[]): void {
	select(section)
		.selectAll(":scope > ul.warnings")
		.data(warnings.length === 0 ? [] : [warnings])
		.join("ul")
		.attr("class", "warnings")
		.selectAll("li")
		.data((all) => [...all])
		.join("li")
		.text(String);
}

function drawScoreWay(
	section: HTMLElement,
	{ isScored, wish }: MeasurePicture,
	post: (request: MeasurePanelRequest) => void,
): void {
	const why =
		wish.draw === null
			? "they are not by teacher and language alone"
			: "they rest on a draw; measure every row for scores";
	const root = select(section)
		.selectAll<HTMLParagraphElement, number>(":scope > p.way")
		.data([0])
		.join("p")
		.attr("class", "way");
	root
		.selectAll("span")
		.data([
			isScored
				? "These rows are in .polyglot/intrinsic.jsonl, where the score finds its quality columns. "
				: `Scores do not use these rows: ${why}.`,
		])
		.join("span")
		.text(String);
	root
		.selectAll<HTMLButtonElement, string>("button")
		.data(isScored ? ["Show Polyglot Score"] : [])
		.join("button")
		.attr("type", "button")
		.attr("class", "link")
		.text(String)
		.on("click", () => post({ type: "openScore" }));
}

/** What the list can be filtered by: how it stands with a sample, its findings, language, teacher and strategy. */
import { select } from "d3";
import { findLanguage } from "../../server/core/languages.ts";
import {
	type FacetName,
	type FacetValue,
	facetNames,
	type ReviewFilter,
	type ReviewOverview,
	type ReviewState,
} from "../../server/core/review/messages.ts";
import { visibleLine } from "../reading/invisible.ts";
import { whole } from "../shared/quantities.ts";
import { drawSwitch, group } from "../shared/switch.ts";
import { shortTeacher } from "./row.ts";

export function drawFacets(
	section: HTMLElement,
	overview: ReviewOverview,
	filter: ReviewFilter,
	choose: (change: Partial<ReviewFilter>) => void,
): void {
	drawSwitch(section, "Show", statesWith(overview), filter.state, (state) => choose({ state }));
	drawSwitch(section, "Order", orders, filter.order, (order) => choose({ order }));
	for (const name of facetNames) drawFacet(section, name, overview[name], filter, choose);
}

function statesWith({ counts }: ReviewOverview) {
	const numbers: Readonly<Record<ReviewState, number | null>> = {
		all: null,
		weak: counts.weak,
		undecided: counts.left,
		unseen: counts.samples - counts.seen,
		accepted: counts.accepted,
		rejected: counts.rejected,
	};
	return (Object.keys(numbers) as ReviewState[]).map((value) => {
		const count = numbers[value];
		return { value, label: count === null ? "All" : `${value[0]?.toUpperCase()}${value.slice(1)} ${whole(count)}` };
	});
}

const orders = [
	{ value: "file", label: "As in the file" },
	{ value: "worst", label: "Worst first" },
] as const;

const titles: Readonly<Record<FacetName, string>> = {
	findings: "Findings",
	languages: "Languages",
	strategies: "Strategies",
	teachers: "Teachers",
};

/** Toggles; what is chosen stays shown where the rest of the filter leaves nothing of it. */
function drawFacet(
	section: HTMLElement,
	name: FacetName,
	values: readonly FacetValue[],
	filter: ReviewFilter,
	choose: (change: Partial<ReviewFilter>) => void,
): void {
	const chosen = filter[name];
	const absent = chosen.filter((value) => !values.some((one) => one.value === value));
	const all = [...values, ...absent.map((value) => ({ value, count: 0 }))];
	const toggle = (value: string) =>
		choose({ [name]: chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value] });
	group(section, titles[name])
		.classed("chips", true)
		// One value that is not stated is no choice.
		.attr("hidden", all.length > 1 || (all.length === 1 && (all[0]?.value !== "" || chosen.length > 0)) ? null : "")
		.selectAll<HTMLButtonElement, FacetValue>("button")
		.data(all, ({ value }) => value)
		.join("button")
		.attr("type", "button")
		.attr("aria-pressed", ({ value }) => `${chosen.includes(value)}`)
		.attr("title", ({ value }) => visibleLine(value, 200) || null)
		.order()
		.on("click", (_event, { value }) => toggle(value))
		.each(function ({ value, count }) {
			select(this)
				.selectAll("span")
				.data([labelOf(name, value), whole(count)])
				.join("span")
				.attr("class", (_, index) => (index === 1 ? "count" : null))
				.text(String);
		});
}

function labelOf(name: FacetName, value: string): string {
	if (value === "") return "not stated";
	if (name === "languages") return findLanguage(value)?.name ?? visibleLine(value, 40);
	return visibleLine((name === "teachers" ? shortTeacher(value) : value) ?? value, 40);
}

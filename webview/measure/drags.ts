/** What drags a group down: the samples to look at first, by reason, each one click from its line. */
import { select } from "d3";
import type { MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import {
	type DragEntry,
	type DragList,
	type DragReason,
	dragReasons,
	type MeasurePicture,
} from "../../server/core/measure/measure-picture.ts";
import { groupName } from "./measure-state.ts";

type Post = (request: MeasurePanelRequest) => void;

export function drawDrags(
	section: HTMLElement,
	picture: MeasurePicture,
	chosen: number,
	choose: (group: number) => void,
	post: Post,
): void {
	const root = select(section);
	root.selectAll(":scope > h2").data(["What drags a group down"]).join("h2").text(String);
	const label = root.selectAll(":scope > label").data(["Group "]).join("label").text(String);
	label
		.selectAll<HTMLSelectElement, number>("select")
		.data([chosen])
		.join("select")
		.on("change", (event: Event) => event.target instanceof HTMLSelectElement && choose(Number(event.target.value)))
		.selectAll<HTMLOptionElement, number>("option")
		.data([...picture.report.rows.keys()])
		.join("option")
		.attr("value", String)
		.property("selected", (group) => group === chosen)
		.text((group) => groupName(picture, group));
	const lists = picture.drags.filter(({ group }) => group === chosen);
	root
		.selectAll(":scope > p.none")
		.data(lists.length === 0 ? ["Nothing in this group stands out."] : [])
		.join("p")
		.attr("class", "none about")
		.text(String);
	const order = Object.keys(dragReasons);
	const block = root
		.selectAll<HTMLDivElement, DragList>(":scope > div.drag")
		.data(
			lists.toSorted((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason)),
			({ group, reason }) => `${group} ${reason}`,
		)
		.join("div")
		.attr("class", "drag");
	block
		.selectAll("h3")
		.data(({ reason }) => [dragReasons[reason]])
		.join("h3")
		.text(String);
	const line = block
		.selectAll("ol")
		.data(({ entries, reason }) => [entries.map((entry) => ({ entry, reason }))])
		.join("ol")
		.selectAll<HTMLLIElement, { entry: DragEntry; reason: DragReason }>("li")
		.data((all) => all)
		.join("li");
	line
		.selectAll<HTMLButtonElement, DragEntry>("button")
		.data(({ entry }) => [entry])
		.join("button")
		.attr("type", "button")
		.attr("class", "link")
		.text((entry) => placeOf(picture, entry))
		.on("click", (_event, { file, line: number }) => post({ type: "openLine", file, line: number }));
	line
		.selectAll("span.value")
		.data(({ entry, reason }) => [valueText(entry, reason)])
		.join("span")
		.attr("class", "value")
		.text(String);
	line
		.selectAll("bdi")
		.data(({ entry }) => (entry.excerpt === null ? [] : [entry.excerpt]))
		.join("bdi")
		.attr("dir", "auto")
		.text(String);
}

function placeOf({ report }: MeasurePicture, { file, line }: DragEntry): string {
	return report.files.length > 1 ? `${report.files[file] ?? ""}:${line}` : `line ${line}`;
}

function valueText({ value, other }: DragEntry, reason: DragReason): string {
	switch (reason) {
		case "rating":
			return `${value} of 5`;
		case "gain":
			return `${(1000 * value).toFixed(2)} ‰ of the diversity`;
		case "nearest":
			return `${Math.round(100 * value)} % like line ${other?.line ?? "?"}`;
		case "perplexity":
			return value.toPrecision(4);
		case "noiseZ":
			return `z ${value.toFixed(1)}`;
	}
}

/** What the lasso caught: how much of each group, and its lines to jump to. */
import { select } from "d3";
import type { MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import type { MeasurePicture } from "../../server/core/measure/measure-picture.ts";
import { groupName } from "./measure-state.ts";

const longestList = 60;

export function drawLassoed(
	section: HTMLElement,
	picture: MeasurePicture,
	lassoed: readonly number[] | null,
	post: (request: MeasurePanelRequest) => void,
): void {
	const { points, report } = picture;
	const block = select(section)
		.selectAll<HTMLDivElement, readonly number[]>(":scope > div.lassoed")
		.data(lassoed === null ? [] : [lassoed])
		.join("div")
		.attr("class", "lassoed")
		.attr("aria-live", "polite");
	block
		.selectAll("p")
		.data((caught) => [wordsOf(picture, caught)])
		.join("p")
		.text(String);
	block
		.selectAll("ul")
		.data((caught) => [caught.slice(0, longestList)])
		.join("ul")
		.selectAll<HTMLLIElement, number>("li")
		.data((caught) => [...caught])
		.join("li")
		.selectAll<HTMLButtonElement, number>("button")
		.data((at) => [at])
		.join("button")
		.attr("type", "button")
		.attr("class", "link")
		.text((at) => {
			const line = points.line[at] ?? 0;
			return report.files.length > 1 ? `${report.files[points.file[at] ?? 0] ?? ""}:${line}` : `line ${line}`;
		})
		.on("click", (_event, at) => post({ type: "openLine", file: points.file[at] ?? 0, line: points.line[at] ?? 1 }));
}

function wordsOf(picture: MeasurePicture, caught: readonly number[]): string {
	const counts = new Map<number, number>();
	for (const at of caught) {
		const group = picture.points.group[at] ?? 0;
		counts.set(group, (counts.get(group) ?? 0) + 1);
	}
	const words = [...counts]
		.sort((a, b) => b[1] - a[1])
		.map(([group, count]) => `${count} ${groupName(picture, group)}`);
	const more = caught.length > longestList ? ` The first ${longestList}:` : "";
	return `${caught.length} responses in the lasso: ${words.join(", ")}.${more}`;
}

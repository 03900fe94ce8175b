/** Where a score comes from, and the ways to its samples, its run, its measurement and its row. */
import { select } from "d3";
import type { ScoreCell, ScorePanelRequest } from "../../server/core/score/panel-message.ts";
import { blockOf, facts } from "./breakdown-block.ts";
import { taskLabel } from "./reading.ts";
import { fixed, unknown } from "./units.ts";

export function drawOrigin(parts: HTMLElement, cell: ScoreCell, post: (request: ScorePanelRequest) => void): void {
	const block = blockOf(parts, "Where it comes from");
	facts(block, [
		["Tasks", cell.tasks.map(taskLabel).join(", ") || unknown, ""],
		...(cell.missingTasks.length > 0 ? [["Missing tasks", cell.missingTasks.join(", "), ""] as const] : []),
		...(cell.createdAt ? [["Evaluated", readableTime(cell.createdAt), ""] as const] : []),
		...(cell.datasetSha256 ? [["Dataset", `sha256 ${cell.datasetSha256.slice(0, 12)}…`, ""] as const] : []),
		...(cell.codeVersion ? [["Version", cell.codeVersion, ""] as const] : []),
	]);
	drawOlder(block, cell);
	const ways = waysFrom(cell);
	if (cell.source === "published")
		select(block).append("p").attr("class", "note").text("Polyglot Teachers, arXiv 2604.11290v1, authors' score rows.");
	select(block)
		.append("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, (typeof ways)[number]>("button")
		.data(ways)
		.join("button")
		.attr("type", "button")
		.text(({ label }) => label)
		.on("click", (_event, { request }) => post(request));
}

/** Evaluations a newer one replaced; they stay in the file. */
function drawOlder(block: HTMLElement, { older }: ScoreCell): void {
	if (older.length === 0) return;
	const list = select(block).append("details");
	list.append("summary").text(`${older.length} older ${older.length === 1 ? "evaluation" : "evaluations"} in the file`);
	list
		.append("ul")
		.selectAll("li")
		.data(older)
		.join("li")
		.text(({ createdAt, result, missingTasks }) => {
			const when = createdAt === null ? "at an unknown time" : readableTime(createdAt);
			const lacks = missingTasks.length === 0 ? "" : `, incomplete: without ${missingTasks.join(", ")}`;
			return `${when}: result ${fixed(result, 4)}${lacks}`;
		});
}

function waysFrom(cell: ScoreCell): { label: string; request: ScorePanelRequest }[] {
	const { runId, datasetSha256: sha256, teacher, language } = cell;
	if (cell.source === "published") return [];
	return [
		...(sha256 !== null && /^[0-9a-f]{64}$/.test(sha256)
			? [{ label: "Open samples", request: { type: "openSamples", sha256 } as const }]
			: []),
		...(runId === null ? [] : [{ label: "Open run", request: { type: "openRun", runId } as const }]),
		...(cell.isMeasured
			? [{ label: "Open measurement", request: { type: "openMeasurement", teacher, language } as const }]
			: []),
		{ label: "Open score row", request: { type: "openScores", ...(runId === null ? {} : { runId }) } as const },
	];
}

/** `2026-11-25T07:12:20.123Z` to the minute; anything else as it stands. */
function readableTime(time: string): string {
	return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(time) ? `${time.slice(0, 10)} ${time.slice(11, 16)} UTC` : time;
}

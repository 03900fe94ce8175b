/** What the run left at the trainer: fetched on request, with progress, and checked by its SHA-256. */
import { select } from "d3";
import type { Download, PanelRun, RunPanelRequest } from "../../server/core/trainer/panel-message.ts";
import { whole } from "../shared/quantities.ts";
import "./artifacts.css";

type Artifact = PanelRun["artifacts"][number];
interface Row {
	readonly artifact: Artifact;
	readonly download: Download | undefined;
}

export function drawArtifacts(
	section: HTMLElement,
	artifacts: readonly Artifact[],
	downloads: readonly Download[],
	post: (request: RunPanelRequest) => void,
): void {
	const rows = artifacts.map((artifact) => {
		return { artifact, download: downloads.find(({ sha256 }) => sha256 === artifact.sha256) };
	});
	const details = select(section)
		.selectAll("details")
		.data(rows.length > 0 ? [0] : [])
		.join("details");
	details.selectAll("summary").data(["Files the run left at the trainer"]).join("summary").text(String);
	const row = details
		.selectAll("table")
		.data([0])
		.join("table")
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, Row>("tr")
		.data(rows)
		.join("tr");
	row
		.selectAll<HTMLTableCellElement, string>("td.text")
		.data(({ artifact: { name, bytes, sha256 } }) => [name, `${whole(bytes)} bytes`, `sha256 ${sha256.slice(0, 16)}…`])
		.join("td")
		.attr("class", "text")
		.text(String);
	row
		.selectAll<HTMLTableCellElement, Row>("td.fetch")
		.data((one) => [one])
		.join("td")
		.attr("class", "fetch")
		.each(function (one) {
			drawFetch(this, one, post);
		});
}

function drawFetch(cell: HTMLElement, { artifact, download }: Row, post: (request: RunPanelRequest) => void): void {
	const isThere = typeof download?.path === "string";
	const isOnItsWay = download !== undefined && !isThere && download.failure === null;
	const button = {
		label: isThere ? "Show file" : download?.failure ? "Download again" : "Download",
		request: isThere
			? ({ type: "reveal", path: download.path ?? "" } as const)
			: ({ type: "download", sha256: artifact.sha256 } as const),
	};
	const root = select(cell);
	root
		.selectAll("progress")
		.data(isOnItsWay ? [download.bytes === 0 ? 1 : download.done / download.bytes] : [])
		.join("progress")
		.attr("max", 1)
		.attr("value", (share) => share)
		.attr("aria-label", `download of ${artifact.name}`);
	root
		.selectAll<HTMLButtonElement, typeof button>("button")
		.data(isOnItsWay ? [] : [button])
		.join("button")
		.attr("type", "button")
		.attr("aria-label", ({ label }) => `${label}: ${artifact.name}`)
		.text(({ label }) => label)
		.on("click", (_event, { request }) => post(request));
	root
		.selectAll("span")
		.data(stateOf(download))
		.join("span")
		.attr("role", "status")
		.attr("class", download?.failure ? "failure" : "state")
		.text(String);
}

function stateOf(download: Download | undefined): string[] {
	if (!download) return [];
	if (download.failure !== null) return [download.failure];
	return download.path === null ? [] : [`${download.path}, SHA-256 checked`];
}

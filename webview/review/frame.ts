/** The panel's parts, in the order of reading and of the tab key. */
import type { ReviewFilter, ReviewSample, TextChange } from "../../server/core/review/messages.ts";
import { element } from "../shared/element.ts";
import { installTooltip } from "../shared/tooltip.ts";
import { Announcer } from "./announcer.ts";
import { Drawer } from "./drawer.ts";
import { drawFindings } from "./findings.ts";
import { Header } from "./header.ts";
import type { Action } from "./keys.ts";
import { drawMetrics } from "./metrics-table.ts";
import { RowList } from "./row-list.ts";
import { SamplePane } from "./sample-pane.ts";
import "./panel.css";

export interface FrameEvents {
	readonly act: (action: Action, key?: string) => void;
	readonly drop: () => void;
	readonly filter: (change: Partial<ReviewFilter>) => void;
	readonly askRows: (from: number, count: number) => void;
	readonly chooseAt: (position: number) => void;
	readonly choose: (line: number) => void;
	readonly save: (changes: TextChange[]) => void;
	readonly cancelEdit: () => void;
	readonly explain: (code: string) => void;
}

export interface Frame {
	readonly header: Header;
	readonly drawer: Drawer;
	readonly list: RowList;
	readonly pane: SamplePane;
	readonly announcer: Announcer;
	/** Findings and metrics, beside the text. */
	drawFacts(sample: ReviewSample): void;
}

/** Fills the root; to be called once. */
export function buildFrame(root: HTMLElement, events: FrameEvents): Frame {
	root.replaceChildren();
	root.classList.add("review");
	const part = (name: "header" | "section" | "aside" | "div", className: string, label = "") => {
		const made = root.appendChild(element(name, className));
		if (label !== "") made.setAttribute("aria-label", label);
		return made;
	};
	const header = new Header(part("header", "review-header"), events.act, events.drop);
	const drawer = new Drawer(part("section", "drawer", "Filters and distributions"), {
		filter: events.filter,
		jump: events.choose,
	});
	const list = new RowList(part("div", "list"), { ask: events.askRows, choose: events.chooseAt });
	const pane = new SamplePane(part("section", "sample", "Sample"), events);
	const aside = part("aside", "facts", "Findings and metrics");
	const findings = aside.appendChild(element("section"));
	const metrics = aside.appendChild(element("section"));
	const announcer = new Announcer(root);
	installTooltip(root);
	return {
		header,
		drawer,
		list,
		pane,
		announcer,
		drawFacts(sample) {
			drawFindings(findings, sample.findings, events.explain);
			drawMetrics(metrics, sample);
		},
	};
}

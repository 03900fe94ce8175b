/** Title, state of the run, state of the link (apart), progress and what can be done. */
import { select } from "d3";
import type { Link, PanelRun, RunPanelRequest } from "../../server/core/trainer/panel-message.ts";
import { duration } from "../shared/quantities.ts";

const signs: Readonly<Record<string, string>> = {
	succeeded: "✓",
	failed: "✕",
	cancelled: "⊘",
	interrupted: "‖",
	queued: "…",
	lost: "?",
};

export function drawHeader(
	section: HTMLElement,
	view: PanelRun,
	link: Link,
	post: (request: RunPanelRequest) => void,
): void {
	const root = select(section);
	root
		.selectAll("h1")
		.data([view.title || view.runId])
		.join("h1")
		.attr("dir", "auto")
		.text(String);
	const facts = [
		{ name: "state", text: stateText(view) },
		...(view.isPractice ? [{ name: "practice", text: "practice: a byte n-gram model, not a language model" }] : []),
		...(link.state === "connected" ? [] : [{ name: "link", text: linkText(link) }]),
	];
	root
		.selectAll("p.facts")
		.data([facts])
		.join("p")
		.attr("class", "facts")
		.attr("role", "status")
		.selectAll("span")
		.data((all) => all)
		.join("span")
		.attr("class", ({ name }) => `fact ${name} ${name === "state" ? (view.state ?? "") : ""}`)
		.text(({ text }) => text);
	drawProgress(section, view);
	drawFailure(section, view);
	drawButtons(section, view, link, post);
}

/** Such as `✕ failed: oom_gpu` or `running, attempt 2`. */
function stateText({ state, reason, attempt }: PanelRun): string {
	if (state === null) return "waiting for the first event";
	const sign = signs[state] ? `${signs[state]} ` : "";
	return `${sign}${state}${reason === null ? "" : `: ${reason}`}${attempt > 1 ? `, attempt ${attempt}` : ""}`;
}

function linkText({ state, message }: Link): string {
	const what =
		state === "connecting" ? "connecting to the trainer" : "no link to the trainer; the run itself may go on";
	return message === null ? what : `${what} (${message})`;
}

function drawProgress(section: HTMLElement, view: PanelRun): void {
	const shown = view.isFinal ? [] : progressOf(view);
	const row = select(section).selectAll("div.progress").data(shown).join("div").attr("class", "progress");
	row
		.selectAll<HTMLProgressElement, { share: number | null; text: string }>("progress")
		.data((one) => [one])
		.join("progress")
		.attr("max", 1)
		.attr("value", ({ share }) => share)
		.attr("aria-label", "progress of the run");
	row
		.selectAll("span")
		.data((one) => [one])
		.join("span")
		.text(({ text }) => text);
}

function progressOf({ progress, evalProgress, metrics }: PanelRun): { share: number | null; text: string }[] {
	if (evalProgress) {
		const { task, language, done, total, etaS } = evalProgress;
		return [
			{ share: total > 0 ? done / total : null, text: `${task}, ${language}: ${done} of ${total} items${left(etaS)}` },
		];
	}
	if (!progress) return [];
	const { phase, totalSteps, etaS } = progress;
	// Progress comes at most once a second, metrics with every step.
	const step = Math.max(progress.step, metrics.at(-1)?.step ?? 0);
	const steps = totalSteps === null ? `step ${step}` : `step ${step} of ${totalSteps}`;
	return [{ share: totalSteps ? step / totalSteps : null, text: `${phase}, ${steps}${left(etaS)}` }];
}

const left = (etaS: number | null) => (etaS === null ? "" : `, about ${duration(etaS)} left`);

function drawFailure(section: HTMLElement, { failure, message, state }: PanelRun): void {
	const text = failure ? `${failure.message} (${failure.code})` : state === "failed" ? message : null;
	select(section)
		.selectAll("p.failure")
		.data(text === null ? [] : [text])
		.join("p")
		.attr("class", "failure")
		.attr("role", "alert")
		.text(String);
}

const canGoOn = (state: string | null) =>
	state !== null && ["failed", "cancelled", "interrupted", "lost"].includes(state);

function drawButtons(section: HTMLElement, view: PanelRun, link: Link, post: (request: RunPanelRequest) => void): void {
	const offered: { type: "cancel" | "evaluate" | "reconnect" | "resumeRun"; label: string }[] = [];
	if (!view.isFinal && view.state !== null) offered.push({ type: "cancel", label: "Cancel run" });
	if (view.kind === "train" && view.state === "succeeded")
		offered.push({ type: "evaluate", label: "Evaluate student" });
	if (view.kind === "train" && canGoOn(view.state))
		offered.push({ type: "resumeRun", label: "Resume from checkpoint" });
	if (link.state === "closed") offered.push({ type: "reconnect", label: "Reconnect" });
	select(section)
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

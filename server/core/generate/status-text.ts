/** The generation line of the editor's status bar: how far the runs are and, always, why work waits. */
import type { GenerationProgress } from "../engine-api.ts";

export interface GenerationStatus {
	/** With the editor's icon signs, such as `$(watch)`; nothing of a server's words can become one. */
	readonly text: string;
	readonly tooltip: string;
	/** Stopped runs need somebody. */
	readonly isStopped: boolean;
}

/** Longer reasons are cut in the bar and whole in the tooltip. */
const longestReason = 70;

/** Null where there is nothing to say. Runs that ended well are told by a message, not here. */
export function generationStatus(runs: readonly GenerationProgress[]): GenerationStatus | null {
	const active = runs.filter(({ state }) => state === "running");
	const stopped = runs.filter(({ state }) => state === "paused" || state === "failed");
	const shown = active.length > 0 ? active : stopped.slice(-1);
	if (shown.length === 0) return null;
	const parts = [
		...(shown.length > 1 ? [`${shown.length} runs`] : []),
		`${sum(shown, "accepted")} of ${sum(shown, "target")}`,
	];
	const reason = shown.map(reasonOf).find((text) => text !== null) ?? null;
	const rate = shown.reduce((total, { ratePerS }) => total + (ratePerS ?? 0), 0);
	if (reason !== null) parts.push(cut(harmless(reason)));
	else if (rate > 0) parts.push(`${rate.toFixed(1)}/s`);
	return {
		text: `${signOf(shown, reason)} ${parts.join(" · ")}`,
		tooltip: [...shown.map(runText), "Press to open the generation monitor."].join("\n"),
		isStopped: active.length === 0,
	};
}

/** Why nothing moves, or why it ended; null while samples come. */
function reasonOf({ state, waiting, message }: GenerationProgress): string | null {
	if (state === "running") return waiting === null ? null : `waiting: ${waiting}`;
	return `${state}: ${message ?? "no reason was given"}`;
}

function signOf([first]: readonly GenerationProgress[], reason: string | null): string {
	if (first?.state === "failed") return "$(error)";
	if (first?.state === "paused") return "$(debug-pause)";
	return reason === null ? "$(sync~spin)" : "$(watch)";
}

/** Such as `38 of 120 accepted, 2 rejected, 4.2 a second, 20 s left`. */
function runText(run: GenerationProgress): string {
	const { accepted, target, rejected, ratePerS, etaS } = run;
	const parts = [`${accepted} of ${target} accepted`, `${rejected} rejected`];
	if (ratePerS !== null) parts.push(`${ratePerS.toFixed(1)} a second`);
	if (etaS !== null) parts.push(etaS < 90 ? `${Math.ceil(etaS)} s left` : `${Math.ceil(etaS / 60)} min left`);
	const reason = reasonOf(run);
	return [parts.join(", "), ...(reason === null ? [] : [harmless(reason)])].join("\n");
}

const sum = (runs: readonly GenerationProgress[], field: "accepted" | "target") =>
	runs.reduce((total, run) => total + run[field], 0);

/** The editor draws `$(name)` as an icon; a server's message must not. */
const harmless = (text: string) => text.replaceAll("$(", "$ (");

const cut = (text: string) => (text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text);

/** What the dataset panel shows, and how each message changes it. */
import { type DraftProblem, type MeasureDraft, measureDraftProblems } from "../../server/core/measure/measure-draft.ts";
import type { MeasureOffer, MeasurePanelMessage } from "../../server/core/measure/measure-panel-message.ts";
import type { MeasurePicture, SampleMetric } from "../../server/core/measure/measure-picture.ts";
import type { MeasureEstimate, MeasureProgress } from "../../server/core/measure/measure-progress.ts";

export interface MeasureState {
	readonly offer: MeasureOffer;
	readonly draft: MeasureDraft;
	readonly estimate: MeasureEstimate | null;
	readonly isEstimating: boolean;
	/** Null while nothing is measured. */
	readonly progress: MeasureProgress | null;
	/** Of the estimate or of the last measurement; null when all is well. */
	readonly problem: string | null;
	readonly picture: MeasurePicture | null;
	/** Problems of the draft are told from then on. */
	readonly hasTried: boolean;
	readonly metric: SampleMetric;
	/** Index of the report's row whose lists are shown. */
	readonly group: number;
	/** Indexes of the map's points inside the lasso; null without one. */
	readonly lassoed: readonly number[] | null;
}

export function received(state: MeasureState | undefined, message: MeasurePanelMessage): MeasureState | undefined {
	switch (message.type) {
		case "measure":
			return { ...first, ...(state ?? {}), ...message, isEstimating: message.progress === null, lassoed: null };
		case "estimate":
			return state && { ...state, isEstimating: false, estimate: message.estimate, problem: message.problem };
		case "progress":
			return state && { ...state, progress: message.progress, problem: null };
		case "ended":
			return state && ended(state, message.picture, message.problem);
	}
}

const first = {
	estimate: null,
	isEstimating: false,
	problem: null,
	hasTried: false,
	metric: "tokens",
	group: 0,
	lassoed: null,
} as const;

function ended(state: MeasureState, picture: MeasurePicture | null, problem: string | null): MeasureState {
	if (!picture) return { ...state, progress: null, problem };
	return { ...state, progress: null, problem, picture, metric: "tokens", group: 0, lassoed: null };
}

export function changed(state: MeasureState, edit: Partial<MeasureDraft>): MeasureState {
	return { ...state, draft: { ...state.draft, ...edit }, isEstimating: true, problem: null };
}

export function shownProblem({ draft, hasTried }: MeasureState, field: keyof MeasureDraft): string | undefined {
	const found = measureDraftProblems(draft).find((problem: DraftProblem) => problem.field === field);
	// What is merely not chosen yet is no fault of the first minute.
	return found && (hasTried || field !== "files") ? found.message : undefined;
}

/** A group by its labels, such as `aya-expanse-32b · ar`; `all rows` where nothing was grouped by. */
export function groupName({ report: { rows, by } }: MeasurePicture, group: number): string {
	const row = rows[group];
	const columns = {
		teacher: "teacher_model",
		language: "target_lang",
		strategy: "strategy",
		source: "source",
	} as const;
	const labels = by.map((key) => row?.[columns[key]] ?? "–");
	return labels.length === 0 ? "all rows" : labels.join(" · ");
}

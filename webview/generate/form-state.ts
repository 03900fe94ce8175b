/** What the form shows: what was offered, what is typed, what the engine says of it. */
import { type DraftProblem, draftProblems, type GenerationDraft } from "../../server/core/generate/draft.ts";
import type { Estimate } from "../../server/core/generate/estimate.ts";
import type { GenerateFormMessage, GenerateOffer } from "../../server/core/generate/form-message.ts";

export interface FormState {
	readonly offer: GenerateOffer;
	readonly draft: GenerationDraft;
	readonly estimate: Estimate | null;
	/** What the engine says against the plan. */
	readonly engineProblem: string | null;
	/** The estimate belongs to an older draft. */
	readonly isEstimating: boolean;
	readonly isStarting: boolean;
	readonly startProblem: string | null;
	/** Fields that were changed; others are not blamed before the first try. */
	readonly touched: ReadonlySet<string>;
	readonly hasTried: boolean;
}

/** The next state. Undefined before the form was filled. */
export function received(state: FormState | undefined, message: GenerateFormMessage): FormState | undefined {
	if (message.type === "form")
		return {
			offer: message.offer,
			draft: message.draft,
			estimate: null,
			engineProblem: null,
			isEstimating: true,
			isStarting: false,
			startProblem: null,
			touched: new Set(),
			hasTried: false,
		};
	if (!state) return undefined;
	switch (message.type) {
		case "offer":
			return { ...state, offer: message.offer };
		case "estimate":
			return { ...state, estimate: message.estimate, engineProblem: message.problem, isEstimating: false };
		case "starting":
			return { ...state, isStarting: message.isStarting, startProblem: message.problem };
	}
}

export function changed(state: FormState, field: string, edit: Partial<GenerationDraft>): FormState {
	const touched = new Set(state.touched).add(field);
	return { ...state, draft: { ...state.draft, ...edit }, touched, isEstimating: true, startProblem: null };
}

export const problemsOf = ({ draft, offer }: FormState): DraftProblem[] => draftProblems(draft, offer.teachers);

/** The words to show at a field; undefined where it is right or nobody has come to it yet. */
export function shownProblem(state: FormState, field: string): string | undefined {
	if (!state.hasTried && !state.touched.has(field)) return undefined;
	return problemsOf(state).find((problem) => problem.field === field)?.message;
}

/** Changes the draft; `field` is the one the user is at. */
export type Change = (field: string, edit: Partial<GenerationDraft>) => void;

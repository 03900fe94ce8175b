/** What the reader has chosen to see. Lives in the panel only; the engine's message stays as it came. */
import { scoreAt } from "../../server/core/score/alpha-family.ts";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";

export type Quantity = "pg" | "z" | "pgr" | "gain";
export type Shown = "published" | "own" | "both";

export const tabs = ["score", "teachers", "data", "recipe"] as const;
export type Tab = (typeof tabs)[number];

export interface Choices {
	readonly tab: Tab;
	readonly shown: Shown;
	/** Student base of the published rows; own rows are shown for every base. */
	readonly studentBase: string;
	readonly hiddenLanguages: ReadonlySet<string>;
	readonly quantity: Quantity;
	/** Weight of z in the PG-Score; 0.5 as published. */
	readonly alpha: number;
	/** What the Data panel predicts. */
	readonly target: string;
	/** `mean`, or the language whose column orders the teachers. */
	readonly order: string;
	readonly view: "chart" | "table";
	/** Key of the cell whose parts are shown. */
	readonly chosen: string | null;
}

/** PG = (PGR + z) / 2. */
export const publishedAlpha = 0.5;

/** Changes some choices and draws again. */
export type Choose = (change: Partial<Choices>) => void;

export function firstChoices(message: ScorePanelMessage): Choices {
	const hasPublished = message.cells.some((cell) => cell.source === "published");
	return {
		tab: "score",
		shown: hasPublished ? "both" : "own",
		studentBase: message.cells.find((cell) => cell.source === "published")?.studentBase ?? "",
		hiddenLanguages: new Set(),
		quantity: "pg",
		alpha: publishedAlpha,
		target: message.analyses.data.predictions[0]?.target ?? "",
		order: "mean",
		view: "chart",
		chosen: null,
	};
}

export const quantities: Readonly<Record<Quantity, { label: string; explanation: string }>> = {
	pg: { label: "PG-Score", explanation: "(PGR + z) / 2, as published" },
	z: { label: "z", explanation: "intrinsic quality of the data, against a frozen population" },
	pgr: { label: "PGR", explanation: "performance gap recovered: 0 is the base, 1 the reference" },
	gain: { label: "Gain", explanation: "student − base, in accuracy" },
};

type Shape = Pick<Choices, "quantity" | "alpha">;

export function quantityOf(
	cell: ScoreCell,
	{ quantity, alpha }: Shape,
): { value: number | null; stderr: number | null } {
	switch (quantity) {
		case "pg":
			if (alpha === publishedAlpha) return { value: cell.pg, stderr: cell.pgStderr };
			return {
				value: scoreAt(alpha, cell.z, cell.pgr),
				stderr: cell.pgrStderr === null ? null : (1 - alpha) * cell.pgrStderr,
			};
		case "z":
			return { value: cell.z, stderr: null };
		case "pgr":
			return { value: cell.pgr, stderr: cell.pgrStderr };
		case "gain":
			return { value: cell.gain, stderr: cell.gainStderr };
	}
}

/** Only PG-Score and PGR lean on the gap between base and reference. */
export function isDoubtful(cell: ScoreCell, { quantity, alpha }: Shape): boolean {
	const leans = quantity === "pgr" || (quantity === "pg" && alpha < 1);
	return leans && !cell.pgrInterpretable;
}

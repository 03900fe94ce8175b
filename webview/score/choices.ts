/** What the reader has chosen to see. Lives in the panel only; the engine's message stays as it came. */
import { scoreAt } from "../../server/core/score/alpha-family.ts";
import type { PopulationKind, ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import type { Wish } from "../../server/core/score/recommend.ts";

export const quantityNames = ["pg", "z", "pgr", "gain"] as const;
export type Quantity = (typeof quantityNames)[number];
export const shownNames = ["published", "own", "both"] as const;
export type Shown = (typeof shownNames)[number];

export const tabs = ["score", "teachers", "data", "recipe", "advice"] as const;
export type Tab = (typeof tabs)[number];

export interface Choices {
	readonly tab: Tab;
	readonly shown: Shown;
	/** Student base of the published rows; own rows are shown for every base. */
	readonly studentBase: string;
	readonly hiddenLanguages: ReadonlySet<string>;
	readonly quantity: Quantity;
	/** Whose rows z is measured against. */
	readonly population: PopulationKind;
	/** Weight of z in the PG-Score; 0.5 as published. */
	readonly alpha: number;
	/** What the Data panel predicts. */
	readonly target: string;
	/** `mean`, or the language whose column orders the teachers. */
	readonly order: string;
	readonly view: "chart" | "table";
	/** Key of the cell whose parts are shown. */
	readonly chosen: string | null;
	/** What advice is asked about. */
	readonly wish: Wish;
}

/** PG = (PGR + z) / 2. */
export const publishedAlpha = 0.5;

/** Changes some choices and draws again; then scrolls to, and puts the focus on, what `shown` selects. */
export type Choose = (change: Partial<Choices>, shown?: string) => void;

export function firstChoices(message: ScorePanelMessage): Choices {
	const hasPublished = message.cells.some((cell) => cell.source === "published");
	const studentBase = message.cells.find((cell) => cell.source === "published")?.studentBase ?? "";
	return {
		tab: "score",
		shown: hasPublished ? "both" : "own",
		studentBase,
		hiddenLanguages: new Set(),
		quantity: "pg",
		population: "published",
		alpha: publishedAlpha,
		target: message.analyses.data.predictions[0]?.target ?? "",
		order: "mean",
		view: "chart",
		chosen: null,
		wish: { language: message.languages[0]?.code ?? "", studentBase, samples: 3000 },
	};
}

/** z against the chosen population; against the published rows it is what the row itself says. */
export function zIn(cell: ScoreCell, population: PopulationKind): number | null {
	return population === "published" ? cell.z : (cell.zReadings[population]?.z ?? null);
}

/** True for the number the paper calls PG-Score: other weights and populations make other numbers. */
export function isPublishedScore({ quantity, alpha, population }: Shape): boolean {
	return quantity === "pg" && alpha === publishedAlpha && population === "published";
}

export const quantities: Readonly<Record<Quantity, { label: string; explanation: string }>> = {
	pg: { label: "PG-Score", explanation: "(PGR + z) / 2, as published" },
	z: { label: "z", explanation: "intrinsic quality of the data, against a frozen population" },
	pgr: { label: "PGR", explanation: "performance gap recovered: 0 is the base, 1 the reference" },
	gain: { label: "Gain", explanation: "student − base, in accuracy" },
};

export type Shape = Pick<Choices, "quantity" | "alpha" | "population">;

export function quantityOf(cell: ScoreCell, shape: Shape): { value: number | null; stderr: number | null } {
	const { quantity, alpha, population } = shape;
	switch (quantity) {
		case "pg":
			if (isPublishedScore(shape)) return { value: cell.pg, stderr: cell.pgStderr };
			return {
				value: scoreAt(alpha, zIn(cell, population), cell.pgr),
				stderr: cell.pgrStderr === null ? null : (1 - alpha) * cell.pgrStderr,
			};
		case "z":
			return { value: zIn(cell, population), stderr: null };
		case "pgr":
			return { value: cell.pgr, stderr: cell.pgrStderr };
		case "gain":
			return { value: cell.gain, stderr: cell.gainStderr };
	}
}

/** How certain the order by the shown number is; null where nothing is known of it. */
export function comparisonOf(cell: ScoreCell, shape: Shape): ScoreCell["comparison"] {
	if (shape.quantity === "gain") return cell.gainComparison;
	return isPublishedScore(shape) ? cell.comparison : null;
}

/** Only PG-Score and PGR lean on the gap between base and reference. */
export function isDoubtful(cell: ScoreCell, { quantity, alpha }: Shape): boolean {
	const leans = quantity === "pgr" || (quantity === "pg" && alpha < 1);
	return leans && !cell.pgrInterpretable;
}

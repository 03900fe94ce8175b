/** What the reader has chosen to see. Lives in the panel only; the engine's message stays as it came. */
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";

export type Quantity = "pg" | "z" | "pgr" | "gain";
export type Shown = "published" | "own" | "both";

export interface Choices {
	readonly shown: Shown;
	/** Student base of the published rows; own rows are shown for every base. */
	readonly studentBase: string;
	readonly hiddenLanguages: ReadonlySet<string>;
	readonly quantity: Quantity;
	/** `mean`, or the language whose column orders the teachers. */
	readonly order: string;
	readonly view: "chart" | "table";
	/** Key of the cell whose parts are shown. */
	readonly chosen: string | null;
}

/** Changes some choices and draws again. */
export type Choose = (change: Partial<Choices>) => void;

export function firstChoices(message: ScorePanelMessage): Choices {
	const hasPublished = message.cells.some((cell) => cell.source === "published");
	return {
		shown: hasPublished ? "both" : "own",
		studentBase: message.cells.find((cell) => cell.source === "published")?.studentBase ?? "",
		hiddenLanguages: new Set(),
		quantity: "pg",
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

export function quantityOf(cell: ScoreCell, quantity: Quantity): { value: number | null; stderr: number | null } {
	switch (quantity) {
		case "pg":
			return { value: cell.pg, stderr: cell.pgStderr };
		case "z":
			return { value: cell.z, stderr: null };
		case "pgr":
			return { value: cell.pgr, stderr: cell.pgrStderr };
		case "gain":
			return { value: cell.gain, stderr: cell.gainStderr };
	}
}

/** Only PG-Score and PGR lean on the gap between base and reference. */
export function isDoubtful(cell: ScoreCell, quantity: Quantity): boolean {
	return (quantity === "pg" || quantity === "pgr") && !cell.pgrInterpretable;
}

/** The reading form: a sample's turns one below the other. Needs `installTooltip` once on the panel's root. */
import { turnElement } from "./draw-turn.ts";
import type { Reading } from "./reading.ts";
import "./reading.css";

const drawnIn = new WeakMap<HTMLElement, string>();

/** Draws, or redraws, a sample; what is shown already stays as it is, with its selection and focus. */
export function drawReading(holder: HTMLElement, reading: Reading): void {
	const drawn = JSON.stringify(reading);
	if (drawnIn.get(holder) === drawn && holder.childElementCount > 0) return;
	drawnIn.set(holder, drawn);
	holder.classList.add("reading");
	holder.replaceChildren(
		...reading.turns.map((turn) =>
			turnElement(
				turn,
				reading.marks.filter(({ field }) => field === turn.field),
			),
		),
	);
}

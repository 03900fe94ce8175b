/** The brush for those who write: the least and the greatest value of a metric, and a way to take both back. */
import type { MetricPicture, MetricRange } from "../../server/core/review/messages.ts";
import { button, element } from "../shared/element.ts";

/** Shares are written in per cent. */
export function drawRangeInputs(
	holder: HTMLElement,
	{ metric, unit, from, to }: MetricPicture,
	range: MetricRange | null,
	choose: (range: readonly [number, number] | null) => void,
): void {
	const factor = unit === "share" ? 100 : 1;
	const [first, last] = inputsIn(holder, metric, () => choose(null));
	if (!first || !last) return;
	const write = (input: HTMLInputElement, value: number | null, limit: number) => {
		input.placeholder = String(rounded(limit * factor));
		// What is being typed is not written over.
		if (document.activeElement !== input) input.value = value === null ? "" : String(rounded(value * factor));
	};
	write(first, range ? range.from : null, from);
	write(last, range ? range.to : null, to);
	const changed = () => {
		const least = first.value === "" ? from : first.valueAsNumber / factor;
		const most = last.value === "" ? to : last.valueAsNumber / factor;
		if (Number.isNaN(least) || Number.isNaN(most)) return;
		choose(first.value === "" && last.value === "" ? null : [least, most]);
	};
	first.onchange = changed;
	last.onchange = changed;
	const reset = holder.querySelector("button");
	if (reset) reset.hidden = range === null;
}

function inputsIn(holder: HTMLElement, metric: string, reset: () => void): HTMLInputElement[] {
	if (holder.childElementCount === 0) {
		for (const name of ["from", "to"]) {
			const label = element("label", "", name);
			const input = label.appendChild(element("input"));
			input.type = "number";
			input.step = "any";
			input.setAttribute("aria-label", `${metric}, ${name}`);
			holder.append(label);
		}
		const all = button("all", reset, "link");
		all.setAttribute("aria-label", `${metric}: no limits`);
		holder.append(all);
	}
	return [...holder.querySelectorAll("input")];
}

const rounded = (value: number) => Number(value.toPrecision(4));

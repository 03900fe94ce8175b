/** The nearest point to the pointer, marked and named. */
import { pointer, select } from "d3";
import { significant } from "../shared/quantities.ts";
import type { Curve } from "./loss-curves.ts";

type Scale = (value: number) => number;
interface Nearest {
	readonly name: string;
	readonly step: number;
	readonly loss: number;
	readonly distance: number;
}

/** Pixels beyond which nothing is near. */
const reach = 60;

export function followPointer(svg: SVGSVGElement, curves: readonly Curve[], x: Scale, y: Scale): void {
	const target = select(svg);
	const show = (nearest: Nearest | undefined) => {
		const shown = nearest ? [nearest] : [];
		target
			.selectAll("circle.mark")
			.data(shown)
			.join("circle")
			.attr("class", "mark")
			.attr("r", 4.5)
			.attr("cx", ({ step }) => x(step))
			.attr("cy", ({ loss }) => y(loss));
		target
			.selectAll("text.value")
			.data(shown)
			.join("text")
			.attr("class", "value")
			.attr("x", ({ step }) => x(step))
			.attr("y", ({ loss }) => y(loss) - 10)
			.attr("text-anchor", "middle")
			.text(({ name, step, loss }) => `${name} ${significant(loss)} at step ${step}`);
	};
	target
		.on("pointermove", (event) => show(nearestTo(pointer(event, svg), curves, x, y)))
		.on("pointerleave", () => show(undefined));
}

function nearestTo([px, py]: [number, number], curves: readonly Curve[], x: Scale, y: Scale): Nearest | undefined {
	let best: Nearest | undefined;
	for (const { name, kind, points } of curves) {
		if (kind === "raw") continue;
		for (const { step, loss } of points) {
			if (loss === null) continue;
			// Along the step counts twice: one points at a step, seldom at a loss.
			const distance = Math.hypot(x(step) - px, (y(loss) - py) / 2);
			if (!best || distance < best.distance) best = { name, step, loss, distance };
		}
	}
	return best && best.distance < reach ? best : undefined;
}

/** The one SVG of a chart, made when missing, so that a redraw keeps focus and elements. */
import { type Selection, select } from "d3";

export type Svg = Selection<SVGSVGElement, unknown, null, undefined>;

export function svgIn(figure: HTMLElement): Svg {
	const found = figure.querySelector<SVGSVGElement>(":scope > svg");
	if (found) return select(found);
	const made = figure.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "svg");
	figure.append(made);
	return select(made);
}

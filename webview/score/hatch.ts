/** Hatched fills for what must not be believed, so that the mark does not rest on colour. */
import type { Svg } from "../shared/svg.ts";

export const sources = ["published", "own", "practice"] as const;

export function drawHatches(svg: Svg): void {
	const patterns = svg
		.selectAll<SVGDefsElement, number>("defs")
		.data([0])
		.join("defs")
		.selectAll<SVGPatternElement, string>("pattern")
		.data(sources)
		.join((enter) => {
			const pattern = enter.append("pattern");
			pattern.append("line").attr("y2", 5);
			return pattern;
		});
	patterns
		.attr("id", (source) => `hatch-${source}`)
		.attr("class", (source) => `hatch ${source}`)
		.attr("width", 4)
		.attr("height", 4)
		.attr("patternUnits", "userSpaceOnUse")
		.attr("patternTransform", "rotate(45)");
}

/** Where points of the map lie on the screen: one unit is as long across as it is up. */
import { extent, type ScaleLinear, scaleLinear } from "d3";
import type { MapPoints } from "../../server/core/measure/measure-picture.ts";

const margin = 14;

export function mapScales(
	{ x, y }: MapPoints,
	width: number,
	height: number,
): { readonly x: ScaleLinear<number, number>; readonly y: ScaleLinear<number, number> } {
	const [left = 0, right = 1] = extent(x);
	const [low = 0, high = 1] = extent(y);
	const perPixel = Math.max((right - left) / (width - 2 * margin), (high - low) / (height - 2 * margin)) || 1;
	const half = { x: ((width - 2 * margin) / 2) * perPixel, y: ((height - 2 * margin) / 2) * perPixel };
	const middle = { x: (left + right) / 2, y: (low + high) / 2 };
	return {
		x: scaleLinear([middle.x - half.x, middle.x + half.x], [margin, width - margin]),
		y: scaleLinear([middle.y - half.y, middle.y + half.y], [height - margin, margin]),
	};
}

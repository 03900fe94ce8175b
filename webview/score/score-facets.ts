/** Where things stand in the score chart: rows, columns and their scales, in pixels. */
import { max, min, type ScaleLinear, scaleLinear } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, quantityOf } from "./choices.ts";
import { type Line, shownLanguages, sources } from "./lines.ts";

export const rowHeight = 24;
export const headHeight = 30;
export const labelWidth = 176;
export const meanWidth = 76;
const numberWidth = 56;
const rankWidth = 36;
const leastFacet = 124;
const groupGap = 10;

export interface Facet {
	readonly language: string;
	readonly name: string;
	readonly left: number;
	readonly width: number;
	/** One scale per source: practice models and real students do not share one. */
	readonly scales: ReadonlyMap<Source, ScaleLinear<number, number>>;
}

export type Source = ScoreCell["source"];

export function facetsOf(message: ScorePanelMessage, choices: Choices, lines: readonly Line[], width: number): Facet[] {
	const languages = shownLanguages(message, choices);
	const names = new Map(message.languages.map(({ code, name }) => [code, name]));
	const left = labelWidth + meanWidth;
	const each = Math.max(leastFacet, Math.min(220, (width - left) / Math.max(1, languages.length)));
	return languages.map((language, index) => {
		const scales = new Map(
			sources.map((source) => [
				source,
				scaleOf(lines, language, source, choices).range([rankWidth, each - numberWidth - 10]),
			]),
		);
		return { language, name: names.get(language) ?? language, left: left + index * each, width: each - 4, scales };
	});
}

/** From the lowest to the highest value, zero included; intervals widen it by as much again at most. */
function scaleOf(lines: readonly Line[], language: string, source: Source, choices: Choices) {
	const cells = lines.filter((line) => line.source === source).flatMap((line) => line.cells.get(language) ?? []);
	const known = cells.map((cell) => quantityOf(cell, choices));
	const values = [0, ...known.flatMap(({ value }) => value ?? [])];
	const [low, high] = [min(values) ?? 0, max(values) ?? 0];
	const reach = known.flatMap(({ value, stderr }) =>
		value === null || stderr === null ? [] : [value - 1.96 * stderr, value + 1.96 * stderr],
	);
	const span = high - low || 1;
	const from = Math.max(min([low, ...reach]) ?? low, low - span / 2);
	const to = Math.min(max([high, ...reach]) ?? high, high + span / 2);
	return scaleLinear()
		.domain(from === to ? [0, 1] : [from, to])
		.clamp(true);
}

/** Top of each line; a gap parts the sources. */
export function topsOf(lines: readonly Line[]): number[] {
	let top = headHeight - rowHeight;
	return lines.map((line, index) => {
		top += rowHeight + (index > 0 && lines[index - 1]?.source !== line.source ? groupGap : 0);
		return top;
	});
}

/** `length-outlier`: an answer far shorter or longer than the file's others of its language and strategy. */
import type { Sample, Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { type CheckContext, type Finding, turnName } from "./finding.ts";
import type { TurnPlace } from "./turn-place.ts";

/** Answers a group needs before any is called unusual. */
export const leastGroup = 10;
/** No answer within half and double the quartiles is called unusual, however alike the others are. */
const leastSpread = Math.LN2;

/** The middle half of a group's lengths, in characters, on a logarithmic scale. */
export interface LengthQuartiles {
	readonly count: number;
	readonly first: number;
	readonly third: number;
}

/** Which samples are compared with each other. */
export function lengthGroup(sample: Sample, language: string | null): string {
	return `${language ?? "?"} ${sample.strategy ?? "?"}`;
}

/** Characters of the last answer; null without one. */
export function responseLength(sample: Sample): number | null {
	const turn = responses(sample).at(-1);
	return turn ? characters(turn) : null;
}

/** Code points, white space around them left out. */
function characters(turn: Turn): number {
	const text = turn.text.trim();
	let pairs = 0;
	for (let at = 0; at < text.length; at += 1) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) pairs += 1;
	return text.length - pairs;
}

/** Sorts `lengths` in place. Undefined for a group too small to say. */
export function quartilesOf(lengths: Float64Array): LengthQuartiles | undefined {
	return quartilesOfSorted(lengths.sort());
}

export function quartilesOfSorted(lengths: ArrayLike<number>): LengthQuartiles | undefined {
	if (lengths.length < leastGroup) return undefined;
	const at = (share: number) => {
		const place = share * (lengths.length - 1);
		const below = lengths[Math.floor(place)] ?? 0;
		const above = lengths[Math.ceil(place)] ?? 0;
		return below + (above - below) * (place - Math.floor(place));
	};
	return { count: lengths.length, first: at(0.25), third: at(0.75) };
}

/** The lengths from which on an answer is no longer unusual; `threshold` in interquartile ranges on logarithms. */
export function usualLengths({ first, third }: LengthQuartiles, threshold: number): { least: number; most: number } {
	const middle = { first: Math.max(1, first), third: Math.max(1, third) };
	const reach = Math.max(leastSpread, threshold * Math.log(middle.third / middle.first));
	return { least: middle.first / Math.exp(reach), most: middle.third * Math.exp(reach) };
}

/** `length` as `responseLength` gave it, so that a keystroke counts no text again but the one it changed. */
export function lengthFindings(
	turn: TurnPlace,
	length: number,
	quartiles: LengthQuartiles,
	strategy: string | null,
	context: Pick<CheckContext, "language" | "threshold">,
): Finding[] {
	const threshold = context.threshold("length-outlier");
	const { least, most } = usualLengths(quartiles, threshold.value);
	const isShort = length < least;
	// An empty answer has its own finding.
	if (length === 0 || (!isShort && length <= most)) return [];
	const bound = isShort ? least : most;
	const group = [context.language?.name, strategy].filter(Boolean).join(" · ");
	return [
		{
			code: "length-outlier",
			severity: "information",
			message:
				`The ${turnName(turn)} has ${length} characters, ${isShort ? "under" : "over"} ${Math.round(bound)}; half of the ` +
				`file's ${quartiles.count} answers${group === "" ? "" : ` (${group})`} have ${Math.round(quartiles.first)} to ${Math.round(quartiles.third)}.`,
			field: turn.field,
			start: 0,
			end: turn.length,
			value: length,
			threshold: bound,
			source: `${threshold.source} (${threshold.value}), on logarithms, at least half or double`,
		},
	];
}

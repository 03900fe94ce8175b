/** What a search through the whole file, and those opened before it, says of a sample beside its neighbours and length. */
import {
	type AnnotateOptions,
	type FileStatistics,
	findingsInFile,
	type LineAnnotation,
	type LineShare,
	worstFirst,
} from "./annotate.ts";
import type { CheckCode } from "./checks/codes.ts";
import { duplicateFinding } from "./checks/exact-duplicate.ts";
import type { Finding } from "./checks/finding.ts";
import { type OverlapByKey, overlapFinding } from "./checks/instruction-overlap.ts";
import { nearDuplicateFinding } from "./checks/near-duplicate.ts";
import { type NoiseByKey, noiseFinding } from "./checks/noise.ts";
import { isEnabled, leastThreshold, thresholdIn } from "./checks/settings.ts";
import type { FilePlace } from "./checks/turn-place.ts";
import { readLanguage } from "./languages.ts";

/** By content key, so that an edit elsewhere leaves it true. */
export interface Searched {
	readonly overlaps: OverlapByKey;
	/** Of answers beyond the least threshold of any language only. */
	readonly noise: NoiseByKey;
	/** First places of the samples of files that were opened before; empty where each file stands alone. */
	readonly elsewhere: ReadonlyMap<number, FilePlace>;
}

export const nothingSearched: Searched = { overlaps: new Map(), noise: new Map(), elsewhere: new Map() };

/** The least threshold any language has, so that one search serves all. */
export function overlapThreshold({ project }: AnnotateOptions): number {
	return leastThreshold(project.checks, "instruction-overlap");
}

export function noiseThreshold({ project }: AnnotateOptions): number {
	return leastThreshold(project.checks, "noise");
}

export type SearchedStatistics = FileStatistics & { readonly searched: Searched };

type Annotated = Pick<LineAnnotation, "findings" | "language" | "share">;

/** All findings of a line in a file that was searched, worst first. `line` counts from 1. */
export function findingsInSearched(
	annotation: Annotated,
	line: number,
	statistics: SearchedStatistics,
	options: AnnotateOptions,
): readonly Finding[] {
	return withSearched(findingsInFile(annotation, line, statistics, options), annotation, line, statistics, options);
}

/** `own` is what the line has without the search. */
export function withSearched(
	own: readonly Finding[],
	{ share, language }: Annotated,
	line: number,
	statistics: SearchedStatistics,
	options: AnnotateOptions,
): readonly Finding[] {
	const { overlaps, noise, elsewhere } = statistics.searched;
	if (!share || !(overlaps.has(share.key) || noise.has(share.key) || elsewhere.size > 0)) return own;
	const more = withoutExplained(own, searchedFindings(share, language, line, statistics, options));
	return more.length === 0 ? own : worstFirst([...own, ...more]);
}

function searchedFindings(
	share: LineShare,
	stated: string | null,
	line: number,
	statistics: SearchedStatistics,
	options: AnnotateOptions,
): Finding[] {
	const { searched } = statistics;
	const language = readLanguage(stated);
	const { checks } = options.project;
	const context = {
		language,
		threshold: (code: CheckCode, name?: string) => thresholdIn(checks, code, language?.code, name),
	};
	const isOn = (code: CheckCode) => isEnabled(checks, code, language?.code);
	const found: (Finding | undefined)[] = [];
	const first = statistics.firstLines.get(share.key);
	const copy = first === undefined || first === line ? searched.elsewhere.get(share.key) : undefined;
	if (copy && isOn("exact-duplicate")) found.push(duplicateFinding(share.asked, copy));
	const near = copy || (first !== undefined && first < line) ? undefined : statistics.nearest.get(share.key);
	const nearPlace =
		near && statistics.firstLines.get(near.key) === undefined ? searched.elsewhere.get(near.key) : undefined;
	if (near && nearPlace && isOn("near-duplicate"))
		found.push(nearDuplicateFinding(share.answer ?? share.asked, nearPlace, near.similarity, context));
	const overlap = copy ? undefined : searched.overlaps.get(share.key);
	if (overlap && isOn("instruction-overlap")) {
		const isMade = share.strategy === "generate";
		found.push(
			overlapFinding(share.asked, placeIn(statistics, line, overlap.line), { rouge: overlap.rouge, isMade }, context),
		);
	}
	const z = searched.noise.get(share.key);
	if (z !== undefined && isOn("noise")) found.push(noiseFinding(share.answer, z, context));
	return found.filter((finding) => finding !== undefined);
}

/** Where another line stands, seen from this one. */
function placeIn({ placeOf }: FileStatistics, line: number, other: number): FilePlace {
	const place = placeOf?.(other) ?? { line: other, file: null };
	return place.file === placeOf?.(line).file ? { ...place, file: null } : place;
}

/** Damage that another check names in the same field is no news. */
const explainNoise: ReadonlySet<CheckCode> = new Set([
	...(["language-mismatch", "language-line-confusion", "script-mismatch", "unwanted-cjk"] as const),
	...(["mojibake", "degenerate-loop", "alphabet-ratio", "symbol-ratio"] as const),
]);

function withoutExplained(own: readonly Finding[], searched: readonly Finding[]): readonly Finding[] {
	return searched.filter(
		({ code, field }) => code !== "noise" || !own.some((one) => one.field === field && explainNoise.has(one.code)),
	);
}

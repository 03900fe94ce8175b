/** Annotating: first each line by itself, then the file's statistics, then what only the whole file can say. */
import { contextFor } from "./check-context.ts";
import { checks } from "./checks/check-table.ts";
import { type CheckCode, rank } from "./checks/codes.ts";
import { contentKey, duplicateFinding } from "./checks/exact-duplicate.ts";
import type { Check, Finding, Metric } from "./checks/finding.ts";
import {
	type LengthQuartiles,
	lengthFindings,
	lengthGroup,
	quartilesOf,
	responseLength,
} from "./checks/length-outlier.ts";
import { comparedText, type NearestByKey, nearDuplicateFinding } from "./checks/near-duplicate.ts";
import { notJsonFinding } from "./checks/not-json.ts";
import { schemaFindings } from "./checks/schema.ts";
import { isEnabled, leastThreshold, thresholdIn } from "./checks/settings.ts";
import { answerPlace, askedPlace, type FilePlace, type TurnPlace } from "./checks/turn-place.ts";
import type { Detectors } from "./language-id/detector.ts";
import { type Language, readLanguage } from "./languages.ts";
import type { Project } from "./project.ts";
import { readLine } from "./sample/read-line.ts";
import type { Sample } from "./sample/sample.ts";

/** What annotating depends on besides the text. */
export interface AnnotateOptions {
	readonly project: Pick<Project, "checks" | "fields" | "languageDetection">;
	readonly detectors: Detectors;
	/** The language of rows that state none. */
	readonly language?: string;
}

/** What one line says by itself; the same for the same text, wherever it stands. */
export interface LineAnnotation {
	/** Null where the line holds no sample. */
	readonly sample: Sample | null;
	/** The expected language as the row, else the caller, states it. */
	readonly language: string | null;
	readonly isBlank: boolean;
	readonly findings: readonly Finding[];
	/** What the file's statistics take from this line; null where it gives nothing. */
	readonly share: LineShare | null;
}

export interface LineShare {
	readonly group: string;
	readonly strategy: string | null;
	readonly length: number | null;
	readonly key: number;
	readonly asked: TurnPlace | null;
	readonly answer: TurnPlace | null;
}

/** `first`: without the checks that ask detectors or cut texts into words, two thirds of the time; for a first look at a large file. */
export type Depth = "first" | "all";

const leftOutFirst: ReadonlySet<CheckCode> = new Set([
	"language-mismatch",
	"language-line-confusion",
	"repetition",
	"stop-words",
	"prompt-echo",
]);

/** Annotates one line by itself, given without its line break. Never throws, whatever the text. */
export function annotateLine(line: string, options: AnnotateOptions, depth: Depth = "all"): LineAnnotation {
	const reading = readLine(line, options.project.fields);
	if (reading.kind === "blank") return { ...nothing, isBlank: true };
	if (reading.kind === "broken")
		return { ...nothing, findings: allowed([notJsonFinding(line, reading.fault)], undefined, options) };
	const { sample, faults } = reading;
	const language = sample?.language ?? options.language ?? null;
	const context = contextFor(readLanguage(language), options);
	const judged = sample && firstTurns(sample);
	const found = judged
		? checksFor(context.language, options, depth).flatMap((check) =>
				check.find(check.code === "turn-order" ? sample : judged, context),
			)
		: [];
	return {
		sample,
		language,
		isBlank: false,
		findings: worstFirst(unexplained([...allowed(schemaFindings(faults), context.language, options), ...found])),
		share: sample && shareOfSample(sample, language),
	};
}

/** What the row says of itself, without a check. Never throws, whatever the text. */
export function glanceAt(
	line: string,
	options: AnnotateOptions,
): Pick<LineAnnotation, "sample" | "language" | "isBlank"> {
	const reading = readLine(line, options.project.fields);
	if (reading.kind !== "row") return { sample: null, language: null, isBlank: reading.kind === "blank" };
	const { sample } = reading;
	return { sample, language: sample?.language ?? options.language ?? null, isBlank: false };
}

/** Longer chats are judged by their first turns, up to an answer, but for the order of all of them. */
const turnsJudged = 1000;

function firstTurns(sample: Sample): Sample {
	if (sample.turns.length <= turnsJudged) return sample;
	const first = sample.turns.slice(0, turnsJudged);
	const answers = first.findLastIndex(({ role }) => role === "assistant");
	return { ...sample, turns: answers === -1 ? first : first.slice(0, answers + 1) };
}

/** By the project's settings, then by language. */
const checksInForce = new WeakMap<object, Map<string | undefined, Readonly<Record<Depth, readonly Check[]>>>>();

/** The checks that are on for a language; looked up once, as every line asks. */
function checksFor(language: Language | undefined, options: AnnotateOptions, depth: Depth): readonly Check[] {
	const settings = options.project.checks;
	const byLanguage = checksInForce.get(settings) ?? new Map<string | undefined, Record<Depth, readonly Check[]>>();
	checksInForce.set(settings, byLanguage);
	const known = byLanguage.get(language?.code);
	if (known) return known[depth];
	const all = checks.filter(({ code }) => isOn(code, language, options));
	const inForce = { all, first: all.filter(({ code }) => !leftOutFirst.has(code)) };
	byLanguage.set(language?.code, inForce);
	return inForce[depth];
}

/** A finding that a worse one in the same field explains is no news. */
function unexplained(findings: readonly Finding[]): Finding[] {
	return findings.filter(
		({ code, field }) => !findings.some((other) => other.field === field && explains[other.code]?.includes(code)),
	);
}

const explains: Partial<Readonly<Record<CheckCode, readonly CheckCode[]>>> = {
	"language-mismatch": ["stop-words", "unwanted-cjk"],
	"script-mismatch": ["stop-words"],
	"degenerate-loop": ["stop-words"],
	truncated: ["too-short"],
};

/** What the file's statistics take from a line, and the text to compare with others, without running any check. */
export function shareOf(line: string, options: AnnotateOptions): { share: LineShare; text: string } | null {
	const reading = readLine(line, options.project.fields);
	const sample = reading.kind === "row" ? reading.sample : null;
	return (
		sample && { share: shareOfSample(sample, sample.language ?? options.language ?? null), text: comparedText(sample) }
	);
}

/** From which similarity on two samples are near duplicates in some language. */
export function nearThreshold(options: AnnotateOptions): number {
	return leastThreshold(options.project.checks, "near-duplicate");
}

function shareOfSample(sample: Sample, language: string | null): LineShare {
	return {
		group: lengthGroup(sample, language),
		strategy: sample.strategy,
		length: responseLength(sample),
		key: contentKey(sample),
		asked: askedPlace(sample),
		answer: answerPlace(sample),
	};
}

const nothing: LineAnnotation = { sample: null, language: null, isBlank: false, findings: [], share: null };

/** Every number the checks measure on this sample. */
export function measureSample(sample: Sample, language: string | null, options: AnnotateOptions): Metric[] {
	const context = contextFor(readLanguage(language), options);
	const judged = firstTurns(sample);
	return checks.flatMap((check) => check.measure?.(judged, context) ?? []);
}

/** The file's statistics: which lines came first, and how long answers are. Lines are added in their order. */
export interface FileStatistics {
	readonly firstLines: Pick<ReadonlyMap<number, number>, "get">;
	readonly quartiles: Pick<ReadonlyMap<string, LengthQuartiles>, "get">;
	/** Empty until it was searched for. */
	readonly nearest: Pick<NearestByKey, "get">;
	/** Where a line stands that counts over several files; absent for one file. */
	readonly placeOf?: (line: number) => FilePlace;
}

/** Takes in lines in their order, counted from 1, and gives the statistics of all. */
export interface StatisticsCollector {
	add(line: number, share: LineShare): void;
	finish(nearest?: NearestByKey): FileStatistics;
}

export function collectStatistics(): StatisticsCollector {
	const firstLines = new Map<number, number>();
	const lengths = new Map<string, number[]>();
	return {
		add(line, share) {
			if (!firstLines.has(share.key)) firstLines.set(share.key, line);
			if (share.length === null) return;
			const group = lengths.get(share.group);
			if (group) group.push(share.length);
			else lengths.set(share.group, [share.length]);
		},
		finish: (nearest = new Map()) => ({ firstLines, quartiles: allQuartiles(lengths), nearest }),
	};
}

function allQuartiles(lengths: ReadonlyMap<string, readonly number[]>): Map<string, LengthQuartiles> {
	const quartiles = new Map<string, LengthQuartiles>();
	for (const [group, list] of lengths) {
		const found = quartilesOf(Float64Array.from(list));
		if (found) quartiles.set(group, found);
	}
	return quartiles;
}

/** All findings of a line within its file, worst first. */
export function findingsInFile(
	annotation: Pick<LineAnnotation, "findings" | "language" | "share">,
	line: number,
	statistics: FileStatistics,
	options: AnnotateOptions,
): readonly Finding[] {
	const { share } = annotation;
	if (!share) return annotation.findings;
	const own = statistics.placeOf?.(line);
	const placeOf = (other: number): FilePlace => {
		const place = statistics.placeOf?.(other) ?? { line: other, file: null };
		return place.file === own?.file ? { ...place, file: null } : place;
	};
	const language = readLanguage(annotation.language);
	const more: Finding[] = [];
	const first = statistics.firstLines.get(share.key);
	if (first !== undefined && first < line && isOn("exact-duplicate", language, options))
		more.push(duplicateFinding(share.asked, placeOf(first)));
	const near = first === line ? statistics.nearest.get(share.key) : undefined;
	const nearLine = near && statistics.firstLines.get(near.key);
	if (near && nearLine !== undefined && nearLine < line && isOn("near-duplicate", language, options)) {
		const place = placeOf(nearLine);
		const finding = nearDuplicateFinding(
			share.answer ?? share.asked,
			place,
			near.similarity,
			contextFor(language, options),
		);
		if (finding) more.push(finding);
	}
	const quartiles = statistics.quartiles.get(share.group);
	if (quartiles && share.length !== null && share.answer && isOn("length-outlier", language, options)) {
		const threshold = (code: CheckCode) => thresholdIn(options.project.checks, code, language?.code);
		more.push(...lengthFindings(share.answer, share.length, quartiles, share.strategy, { language, threshold }));
	}
	return more.length === 0 ? annotation.findings : worstFirst([...annotation.findings, ...more]);
}

function isOn(code: CheckCode, language: Language | undefined, options: AnnotateOptions): boolean {
	return isEnabled(options.project.checks, code, language?.code);
}

function allowed(findings: Finding[], language: Language | undefined, options: AnnotateOptions): Finding[] {
	return findings.filter(({ code }) => isOn(code, language, options));
}

const severities = { error: 0, information: 1, hint: 2 } as const;

/** Errors first, then in the order of the codes, then by how far beyond the threshold. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
	return [...findings].sort(
		(a, b) => severities[a.severity] - severities[b.severity] || (rank.get(a.code) ?? 0) - (rank.get(b.code) ?? 0),
	);
}

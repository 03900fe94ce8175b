/** Annotates files of any size and packing: read once, their lines on several threads; then what only all of them can say. */
import { type AnnotateOptions, collectStatistics, nearThreshold } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { OverlapSearch } from "../core/checks/instruction-overlap.ts";
import { nearestByKey } from "../core/checks/near-duplicate.ts";
import { type NoiseByKey, NoiseComparison, NoiseScorer, type SharedNoise } from "../core/checks/noise.ts";
import type { FilePlace } from "../core/checks/turn-place.ts";
import { readLanguage } from "../core/languages.ts";
import { createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import { joinSignatures } from "../core/near-duplicates/signature-columns.ts";
import {
	findingsInSearched,
	noiseThreshold,
	overlapThreshold,
	type SearchedStatistics,
} from "../core/searched-findings.ts";
import type { AnnotateSetup } from "./annotate-duty.ts";
import {
	type AnnotatedRange,
	type AnnotateParameters,
	annotatedRange,
	annotateJobName,
	annotateReader,
	type LineRecord,
} from "./annotate-job.ts";
import type { LineIndex } from "./line-index.ts";
import { type LinePart, LineWorkers } from "./line-worker-pool.ts";
import { learntNoise } from "./noise-learning.ts";
import { loadNoiseReference } from "./noise-reference.ts";
import { openSampleSource } from "./sample-source.ts";

/** One line of the command line's JSON. */
export interface AnnotatedLine {
	readonly file: string;
	/** From 1. */
	readonly line: number;
	readonly id: string | null;
	/** The expected language: the row's own, else the caller's. */
	readonly language: string | null;
	readonly problems: readonly Finding[];
}

export interface NamedFile {
	/** Absolute. */
	readonly path: string;
	/** As its lines carry it. */
	readonly name: string;
}

/** What there is beside the options to work with. */
export interface AnnotateMeans extends AnnotateSetup {
	/** The engine's own file, from which threads start; without it all is done on this thread. */
	readonly engineFile?: URL | undefined;
	readonly threads?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Called with the lines that are done. */
	readonly onProgress?: ((lines: number) => void) | undefined;
	/** Whether records carry what the review panel lists and measures. */
	readonly withFacts?: boolean | undefined;
	/** Called with each part as soon as it is there, in any order. */
	readonly onPart?: ((part: Omit<Part, "name">) => void) | undefined;
}

/** Starting a thread takes longer than annotating less. */
const leastThreadedBytes = 1 << 20;
/** Lines a thread is given at once: a good hundred milliseconds of work. */
const rangeBytes = 1 << 18;

/**
 * Yields one annotation a line in the order of the files, blank ones included, in blocks. Duplicates are looked for over
 * all files together. Throws a UserError where a file can't be read.
 */
export async function* annotateFiles(
	files: readonly NamedFile[],
	options: AnnotateOptions,
	means: AnnotateMeans,
): AsyncGenerator<readonly AnnotatedLine[]> {
	const parts = await annotatedParts(files, options, means);
	const statistics = statisticsOf(parts, files, options);
	let line = 0;
	for (const { name, firstLine, range } of parts) {
		yield range.records().map((record, at): AnnotatedLine => {
			line += 1;
			const problems = findingsInSearched(record, line, statistics, options);
			return { file: name, line: firstLine + at, id: record.id, language: record.language, problems };
		});
	}
}

export interface Part {
	readonly name: string;
	/** Number of its first line in its file, from 1. */
	readonly firstLine: number;
	readonly lineCount: number;
	readonly range: AnnotatedRange;
}

/** Every line by itself, in the order of the files. */
export async function annotatedParts(
	files: readonly NamedFile[],
	options: AnnotateOptions,
	means: AnnotateMeans,
): Promise<readonly Part[]> {
	const parts: Part[] = [];
	let workers: LineWorkers | undefined;
	const signer = createSigner();
	// Without it, spelling is compared within the file alone.
	const reference = loadNoiseReference(means.mediaFolder).catch(() => new Map());
	try {
		for (const { path, name } of files) {
			await using source = await openSampleSource(path, { engineFile: means.engineFile, signal: means.signal });
			const isThreaded = means.engineFile && source.index.version.size >= leastThreadedBytes;
			if (isThreaded) workers ??= threadsOf(means.engineFile, means);
			const noise = await learntNoise(source.index, options, await reference);
			const annotated =
				isThreaded && workers
					? onThreads(workers, source.index, { ...options, noise }, means)
					: onThisThread(source.index, options, means, { signer, scorer: new NoiseScorer(noise) });
			for (const part of await annotated) parts.push({ ...part, name });
			await source.assertUnchanged();
		}
	} finally {
		await workers?.close();
	}
	return parts;
}

function threadsOf(workerFile: URL, { threads, mediaFolder }: AnnotateMeans): LineWorkers {
	const setup: AnnotateSetup = { mediaFolder };
	return new LineWorkers({ workerFile, setup, ...(threads === undefined ? {} : { threads }) });
}

async function onThreads(
	workers: LineWorkers,
	index: LineIndex,
	{ project, language, noise }: AnnotateOptions & { readonly noise: SharedNoise },
	{ signal, onProgress, withFacts, onPart }: AnnotateMeans,
): Promise<Omit<Part, "name">[]> {
	const parameters: AnnotateParameters = { project, noise, withFacts, ...(language === undefined ? {} : { language }) };
	const parts = await workers.mapLines(index, annotateJobName, {
		parameters,
		rangeBytes,
		signal,
		onPart: (part) => {
			onProgress?.(part.range.to - part.range.from);
			onPart?.(partOf(part));
		},
	});
	return parts.map(partOf);
}

function partOf({ range: { from, to }, columns }: LinePart): Omit<Part, "name"> {
	return { firstLine: from + 1, lineCount: to - from, range: annotatedRange(columns) };
}

async function onThisThread(
	index: LineIndex,
	options: AnnotateOptions,
	{ signal, onProgress, withFacts, onPart }: AnnotateMeans,
	{ signer, scorer }: { readonly signer: Signer; readonly scorer: NoiseScorer },
): Promise<Omit<Part, "name">[]> {
	const parts: Omit<Part, "name">[] = [];
	for (const { from, to } of index.ranges(rangeBytes)) {
		const reader = annotateReader({ ...options, withFacts }, signer, scorer);
		for await (const texts of index.readLines(from, to)) {
			signal?.throwIfAborted();
			for (const text of texts) reader.add(text, from);
		}
		const part = { firstLine: from + 1, lineCount: to - from, range: annotatedRange(reader.finish()) };
		parts.push(part);
		onPart?.(part);
		onProgress?.(to - from);
	}
	return parts;
}

/** Lines count over all files here; spelling is compared within each file, whose own models scored it. */
export function statisticsOf(
	parts: readonly Part[],
	files: readonly NamedFile[],
	options: AnnotateOptions,
): SearchedStatistics {
	const collector = collectStatistics();
	const overlaps = new OverlapSearch(overlapThreshold(options));
	const noise = new Map<string, NoiseComparison>();
	const keys: number[] = [];
	let before = 0;
	for (const { name, range, lineCount } of parts) {
		const records = range.records();
		const spelling = noise.get(name) ?? new NoiseComparison();
		noise.set(name, spelling);
		for (const row of range.rows) {
			const { share, askedWords, bits, language } = records[row] as LineRecord;
			if (!share) throw new Error("A row without a sample was signed.");
			const line = before + row + 1;
			collector.add(line, share);
			keys.push(share.key);
			if (askedWords) overlaps.add({ key: share.key, line, strategy: share.strategy, askedWords });
			if (bits !== undefined) spelling.add(readLanguage(language)?.code ?? language ?? "", share.key, bits);
		}
		before += lineCount;
	}
	const signatures = joinSignatures(parts.map(({ range }) => range.signatures));
	const statistics = collector.finish(nearestByKey(signatures, keys, nearThreshold(options)));
	const searched = { overlaps: overlaps.find(), noise: joined(noise, options), elsewhere: new Map() };
	return { ...statistics, searched, ...(files.length === 1 ? {} : { placeOf: placesIn(parts) }) };
}

function joined(noise: ReadonlyMap<string, NoiseComparison>, options: AnnotateOptions): NoiseByKey {
	return new Map([...noise.values()].flatMap((file) => [...file.finish(noiseThreshold(options))]));
}

/** The place of a line that counts over all files, with the file's name. */
function placesIn(parts: readonly Part[]): (line: number) => FilePlace {
	const ends: number[] = [];
	for (const { lineCount } of parts) ends.push((ends.at(-1) ?? 0) + lineCount);
	return (line) => {
		let at = 0;
		for (let high = ends.length - 1; at < high; ) {
			const middle = (at + high) >> 1;
			if ((ends[middle] ?? 0) < line) at = middle + 1;
			else high = middle;
		}
		const part = parts[at];
		return { line: (part?.firstLine ?? 1) + line - 1 - (ends[at - 1] ?? 0), file: part?.name ?? null };
	};
}

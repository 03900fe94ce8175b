/** Measures dataset files of any size: a few passes over them, in memory of the groups and not of the rows. */

import { agreementOf, type Ratings } from "../core/measure/agreement.ts";
import type { GroupMeasure, Scored } from "../core/measure/group-measure.ts";
import type { MeasureReport } from "../core/measure/measure-report.ts";
import { type Backends, measuredRow } from "../core/measure/measured-row.ts";
import type { GroupKey, MeasuredSample } from "../core/measure/measured-sample.ts";
import { failureWarning, type Rating } from "../core/measure/ratings.ts";
import { UserError } from "../core/problem.ts";
import type { EmbeddedText, EmbeddingSource } from "./embedding-source.ts";
import { MeasureGroups } from "./measure-groups.ts";
import { NoisePasses } from "./measure-noise.ts";
import { type Dataset, type MeasuredLine, measuredLines } from "./measure-rows.ts";
import { type Draw, type DrawnRows, drawRows } from "./measure-sample.ts";

/** Asks one endpoint about each of a block of complete samples, and answers in order. */
export interface SampleBackend<Value> {
	readonly backend: string;
	ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Value[]>;
	warnings(): readonly string[];
}

/** A sample with both a prompt and a response. */
export interface CompleteSample {
	readonly prompt: string;
	readonly context: string;
	readonly response: string;
	readonly language: string | null;
}

export interface MeasureRequest extends Dataset {
	readonly by: readonly GroupKey[];
	/** Null measures every row. */
	readonly draw: Draw | null;
	readonly embeddings: EmbeddingSource;
	/** The first one's ratings are the rubric score; more of them are held against each other. */
	readonly judges: readonly SampleBackend<Rating>[];
	readonly scorer: SampleBackend<Scored> | null;
	/** Score the spelling of responses, offline; one more pass. */
	readonly hasNoise: boolean;
	/** Average perplexity the authors' way. */
	readonly isPaperCompatible: boolean;
	/** Receives each measured line as it stands, in order, such as to train on the very rows measured. */
	readonly onMeasured?: (line: string) => void;
}

export async function measureDataset(request: MeasureRequest, signal: AbortSignal): Promise<MeasureReport> {
	const drawn = request.draw === null ? null : await drawRows(request, request.by, request.draw, signal);
	const pass = () => measuredLines(request, signal, drawn ? (ordinal) => drawn.ordinals.has(ordinal) : undefined);
	const groups = new MeasureGroups(request.by);
	const noise = request.hasNoise ? new NoisePasses(request.draw?.seed ?? 0) : null;
	const counted = { lines: 0, unreadable: 0 };
	const ratings: (number | null)[][] = [];
	for await (const block of pass()) countBlock(block, request, groups, counted, noise);
	if (noise) for await (const block of pass()) eachSample(block, (sample, ordinal) => noise.learn(sample, ordinal));
	for await (const block of pass()) ratings.push(...(await measureBlock(block, request, groups, signal)));
	for await (const block of pass()) {
		await spreadBlock(block, request, groups, signal);
		if (noise) eachSample(block, (sample, ordinal) => noise.score(sample, ordinal, groupOf(groups, sample)));
	}
	noise?.finish();
	return reportOf(request, groups, ratings, { ...counted, ...(drawn ?? { notDrawable: 0 }) });
}

function eachSample(block: readonly MeasuredLine[], use: (sample: MeasuredSample, ordinal: number) => void): void {
	for (const { sample, ordinal } of block) if (sample) use(sample, ordinal);
}

function countBlock(
	block: readonly MeasuredLine[],
	{ embeddings, onMeasured }: MeasureRequest,
	groups: MeasureGroups,
	counted: { lines: number; unreadable: number },
	noise: NoisePasses | null,
): void {
	const texts: EmbeddedText[] = [];
	for (const { sample, place, line } of block) {
		counted.lines += 1;
		if (!sample) {
			counted.unreadable += 1;
			continue;
		}
		groups.count(sample, place);
		noise?.count(sample);
		if (embeddings.learn) texts.push(...textsOf(sample));
		onMeasured?.(line);
	}
	for (const text of texts.sort(byPart)) embeddings.learn?.(text);
}

/** Texts of one language and role share their weights: one after the other, they find them in the processor's cache. */
function byPart(left: EmbeddedText, right: EmbeddedText): number {
	return compare(left.role, right.role) || compare(left.language ?? "", right.language ?? "");
}

const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

/** Second pass: sums embeddings and asks judges and scorer. Returns the ratings by all judges, a row a sample. */
async function measureBlock(
	block: readonly MeasuredLine[],
	{ embeddings, judges, scorer }: MeasureRequest,
	groups: MeasureGroups,
	signal: AbortSignal,
): Promise<(number | null)[][]> {
	const embedded = embeddedTexts(block, groups);
	const summed = embeddings.embed(
		embedded,
		(at, embedding, dimensions) => {
			const one = embedded[at];
			if (one) measureOf(one).embed(embedding, dimensions);
		},
		signal,
	);
	const whole = block.flatMap(({ sample }) => {
		const complete = sample && completeSample(sample);
		return sample && complete ? [{ complete, group: groupOf(groups, sample) }] : [];
	});
	const samples = whole.map(({ complete }) => complete);
	const rated = Promise.all(judges.map((judge) => judge.ask(samples, signal)));
	const [, likelihoods, ratings] = await Promise.all([summed, scorer?.ask(samples, signal), rated]);
	for (const [at, { group }] of whole.entries()) {
		const likelihood = likelihoods?.[at];
		if (likelihood) group.score(likelihood);
		const rating = ratings[0]?.[at];
		if (rating) group.rate(rating);
	}
	return judges.length < 2 ? [] : whole.map((_, at) => ratings.map((one) => scoreOf(one[at])));
}

const scoreOf = (rating: Rating | undefined) => (rating && "score" in rating ? rating.score : null);

/** Third pass: how far the value would move without each text. */
async function spreadBlock(
	block: readonly MeasuredLine[],
	{ embeddings }: MeasureRequest,
	groups: MeasureGroups,
	signal: AbortSignal,
): Promise<void> {
	const embedded = embeddedTexts(block, groups);
	const use = (at: number, embedding: Parameters<GroupMeasure["prompts"]["spread"]>[0]) => {
		const one = embedded[at];
		if (one) measureOf(one).spread(embedding);
	};
	await embeddings.embed(embedded, use, signal);
}

type GroupedText = EmbeddedText & { readonly group: GroupMeasure };

function embeddedTexts(block: readonly MeasuredLine[], groups: MeasureGroups): GroupedText[] {
	const texts = block.flatMap(({ sample }) => {
		if (!sample) return [];
		const group = groupOf(groups, sample);
		return textsOf(sample).map((text) => ({ ...text, group }));
	});
	return texts.sort((left, right) => byPart(left, right) || left.group.order - right.group.order);
}

function textsOf({ prompt, response, language }: MeasuredSample): EmbeddedText[] {
	return [
		...(prompt === null ? [] : [{ role: "prompt" as const, text: prompt, language }]),
		...(response === null ? [] : [{ role: "response" as const, text: response, language }]),
	];
}

const measureOf = ({ role, group }: GroupedText) => (role === "prompt" ? group.prompts : group.responses);

function completeSample({ prompt, context, response, language }: MeasuredSample): CompleteSample | null {
	return prompt === null || response === null ? null : { prompt, context, response, language };
}

function groupOf(groups: MeasureGroups, sample: MeasuredSample): GroupMeasure {
	const group = groups.of(sample);
	if (!group) throw new UserError("file-changed", "A file changed while it was measured; measure it again.");
	return group;
}

function reportOf(
	request: MeasureRequest,
	groups: MeasureGroups,
	ratings: Ratings,
	counts: Pick<DrawnRows, "lines" | "unreadable" | "notDrawable">,
): MeasureReport {
	const { embeddings, judges, scorer, draw, by, files, isPaperCompatible, hasNoise } = request;
	const backends: Backends = {
		embeddings: embeddings.backend,
		judge: judges[0]?.backend ?? null,
		scorer: scorer?.backend ?? null,
		isPaperCompatible,
		hasNoise,
	};
	const finished = groups.finished();
	const rows = finished.map(({ measure, sha256 }) =>
		measuredRow(measure, backends, {
			seed: draw?.seed ?? null,
			size: draw?.size ?? null,
			sha256,
			ids: draw ? measure.ids : null,
		}),
	);
	const sources = [embeddings, ...judges, scorer].flatMap((source) => source?.warnings() ?? []);
	return {
		files: files.map(({ name }) => name),
		by: [...by],
		lines: counts.lines,
		unreadable: counts.unreadable,
		not_drawable: counts.notDrawable,
		rows,
		agreement:
			judges.length < 2
				? null
				: agreementOf(
						judges.map(({ backend }) => backend),
						ratings,
					),
		warnings: [...sources, ...finished.flatMap(({ measure }) => groupWarnings(measure, draw))],
	};
}

function groupWarnings(group: GroupMeasure, draw: Draw | null): string[] {
	const name = Object.values(group.labels).join(" · ") || "all rows";
	const rate = group.ratings.failureRate;
	return [
		...(rate !== null && rate > failureWarning
			? [`${name}: ${(rate * 100).toFixed(1)} % of the judge's answers failed; its mean may be off.`]
			: []),
		...(draw && group.rows < draw.size ? [`${name}: there are ${group.rows} of the ${draw.size} rows asked for.`] : []),
	];
}

/**
 * One thread's share of what is measured offline: lengths, signatures, lexical embeddings, spelling. It is given blocks of
 * lines, pass after pass; between two passes the shares are brought together. It answers in columns that cross threads
 * without a copy.
 */
import { CharacterModel, type SharedModel } from "../core/measure/character-model.ts";
import { DiversitySum, type SharedSum } from "../core/measure/diversity-sum.ts";
import {
	DocumentFrequency,
	lexicalDimensions,
	NgramCounter,
	type SharedFrequency,
	weighed,
} from "../core/measure/lexical-embedding.ts";
import { type GroupKey, type MeasuredSample, readMeasured } from "../core/measure/measured-sample.ts";
import { halfOf } from "../core/measure/noise-score.ts";
import { Projection } from "../core/measure/projection.ts";
import { type Role, roles } from "../core/measure/sample-table.ts";
import { countText, emptyColumns, type TextColumns } from "../core/measure/text-count.ts";
import { isSpaced } from "../core/measure/word-spacing.ts";
import { binCount, createSigner } from "../core/near-duplicates/signature.ts";
import type { SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import { UserError } from "../core/problem.ts";
import type { FieldMapping } from "../core/project.ts";
import { byLanguage, digestsOf, type Labelled, labelled, mappedPlaces } from "./measure-columns.ts";
import { groupName } from "./measure-groups.ts";
import { loadTokenizer, type TokenCounter } from "./measure-tokenizer.ts";

export interface PartSettings {
	readonly mapping: FieldMapping | undefined;
	readonly language: string | undefined;
	readonly by: readonly GroupKey[];
	readonly hasLexical: boolean;
	readonly seed: number;
	/** Absolute path of a tokenizer.json. */
	readonly tokenizer: string | null;
}

export interface CountedBlock {
	/** By line: whether it holds a sample. Rows below are of those that do. */
	readonly isSample: Uint8Array<ArrayBuffer>;
	readonly ids: readonly (string | null)[];
	/** Group names and, beside them, a sample of each for its labels. */
	readonly groups: Labelled<{ readonly name: string; readonly labels: Readonly<Record<GroupKey, string | null>> }>;
	readonly languages: Labelled<string | null>;
	readonly texts: Readonly<Record<Role, { readonly columns: TextColumns; readonly signatures: SignatureColumns }>>;
	/** SHA-256 of each row's [prompt, response]. */
	readonly digests: Uint8Array<ArrayBuffer>;
}

/** Lines of a block, with the group of each sample among them. */
export interface GroupedLines {
	readonly lines: readonly string[];
	readonly groups: Uint16Array;
	/** Ordinal of each sample. */
	readonly ordinals: Uint32Array;
}

export interface SharedPart<T> {
	readonly key: string;
	readonly value: T;
}

export interface SpreadBlock {
	readonly alignments: Readonly<Record<Role, Float64Array<ArrayBuffer>>>;
	/** Of the responses of the rows that are mapped, row after row. */
	readonly projected: Float32Array<ArrayBuffer>;
}

const otherHalf = (half: 0 | 1) => (half === 0 ? 1 : 0);

export class MeasurePart {
	readonly #settings: PartSettings;
	readonly #counter = new NgramCounter();
	readonly #signer = createSigner();
	readonly #frequencies = new Map<string, DocumentFrequency>();
	readonly #weights = new Map<string, Float64Array>();
	readonly #sums = new Map<string, DiversitySum>();
	readonly #models = new Map<string, CharacterModel>();
	#projection: Projection | undefined;
	#tokenizer: TokenCounter | undefined;

	constructor(settings: PartSettings) {
		this.#settings = settings;
	}

	/** First pass. */
	count({ lines }: { readonly lines: readonly string[] }): CountedBlock {
		const { mapping, language, by, tokenizer, hasLexical } = this.#settings;
		const read = lines.map((line) => readMeasured(line, mapping, language));
		const samples = read.filter((sample) => sample !== null);
		if (tokenizer !== null) this.#tokenizer ??= loadTokenizer(tokenizer);
		const text = (role: Role) => this.#countTexts(samples, role);
		const texts = { prompt: text("prompt"), response: text("response") };
		if (hasLexical) for (const role of roles) this.#learnFrequencies(samples, role);
		const labels = ({ teacher, language: code, strategy, source }: MeasuredSample) => {
			return { teacher, language: code, strategy, source };
		};
		return {
			isSample: Uint8Array.from(read, (sample) => (sample ? 1 : 0)),
			ids: samples.map(({ id }) => id),
			groups: labelled(
				samples,
				(sample) => groupName(sample, by),
				(name, sample) => ({ name, labels: labels(sample) }),
			),
			languages: labelled(
				samples,
				(sample) => sample.language ?? "",
				(_, { language: code }) => code,
			),
			texts,
			digests: digestsOf(samples),
		};
	}

	/** After the first pass: in how many texts of this share each n-gram occurs, by role and language. */
	frequencies(): SharedPart<SharedFrequency>[] {
		const shared = [...this.#frequencies].map(([key, frequency]) => ({ key, value: frequency.shared() }));
		this.#frequencies.clear();
		return shared;
	}

	setWeights(weights: readonly SharedPart<SharedArrayBuffer>[]): void {
		for (const { key, value } of weights) this.#weights.set(key, new Float64Array(value));
	}

	/** Learns the spelling of one half of a language; a half is learnt by one share alone. */
	learn({ key, texts }: { readonly key: string; readonly texts: readonly string[] }): void {
		const model = this.#models.get(key) ?? new CharacterModel();
		this.#models.set(key, model);
		for (const text of texts) model.learn(text);
	}

	models(): SharedPart<SharedModel>[] {
		return [...this.#models].map(([key, model]) => ({ key, value: model.shared() }));
	}

	setModels(models: readonly SharedPart<SharedModel>[]): void {
		for (const { key, value } of models) this.#models.set(key, CharacterModel.from(value));
	}

	/** Second pass: adds up lexical embeddings, and scores the spelling of responses. NaN where there is no score. */
	embed(block: GroupedLines): Float64Array<ArrayBuffer> {
		const samples = this.#samples(block);
		if (this.#settings.hasLexical) {
			for (const role of roles)
				this.#eachEmbedding(samples, block.groups, role, (row, embedding) =>
					this.#sum(`${block.groups[row]} ${role}`).add(embedding),
				);
		}
		const bits = new Float64Array(samples.length).fill(Number.NaN);
		if (this.#models.size === 0) return bits;
		const half = (row: number) => otherHalf(halfOf(this.#settings.seed, block.ordinals[row] ?? 0));
		for (const row of byLanguage(samples, half)) {
			const { response, language } = samples[row] as MeasuredSample;
			const model = response === null ? undefined : this.#models.get(modelKey(language, half(row)));
			bits[row] = (response !== null && model?.bitsPerCharacter(response)) || Number.NaN;
		}
		return bits;
	}

	/** After the second pass: this share's sums, by group and role. */
	sums(): SharedPart<SharedSum>[] {
		const shared = [...this.#sums].map(([key, sum]) => ({ key, value: sum.shared() }));
		this.#sums.clear();
		return shared;
	}

	/** The sums of all shares together. */
	setSums(sums: readonly SharedPart<SharedSum>[]): void {
		for (const { key, value } of sums) this.#sums.set(key, DiversitySum.over(value));
	}

	/** Third pass: how each text lies to all of its group. */
	spread(block: GroupedLines & { readonly isMapped: Uint8Array }): SpreadBlock {
		const samples = this.#samples(block);
		const none = () => new Float64Array(samples.length).fill(Number.NaN);
		const alignments = { prompt: none(), response: none() };
		const dimensions = Projection.dimensions;
		const projected = new Float32Array(block.isMapped.reduce((sum, is) => sum + is, 0) * dimensions);
		if (!this.#settings.hasLexical) return { alignments, projected };
		const place = mappedPlaces(block.isMapped);
		this.#projection ??= new Projection(lexicalDimensions);
		for (const role of roles)
			this.#eachEmbedding(samples, block.groups, role, (row, embedding) => {
				alignments[role][row] = this.#sum(`${block.groups[row]} ${role}`).alignment(embedding) ?? Number.NaN;
				if (role === "response" && block.isMapped[row] === 1)
					this.#projection?.project(embedding, projected, (place[row] ?? 0) * dimensions);
			});
		return { alignments, projected };
	}

	#samples({ lines, groups }: GroupedLines): MeasuredSample[] {
		const { mapping, language } = this.#settings;
		const samples = lines.flatMap((line) => readMeasured(line, mapping, language) ?? []);
		if (samples.length !== groups.length) throw fileChanged();
		return samples;
	}

	#countTexts(samples: readonly MeasuredSample[], role: Role) {
		const columns = emptyColumns(samples.length);
		const values = new Uint16Array(samples.length * binCount);
		const hashes = new Float64Array(samples.length).fill(Number.NaN);
		for (const [row, sample] of samples.entries()) {
			const text = sample[role];
			if (text === null) continue;
			countText(columns, row, text, sample.language);
			if (this.#tokenizer) columns.tokens[row] = this.#tokenizer.count(text);
			hashes[row] = this.#signer.sign(text, values, row * binCount);
		}
		return { columns, signatures: { count: samples.length, values, hashes } };
	}

	#learnFrequencies(samples: readonly MeasuredSample[], role: Role): void {
		for (const row of byLanguage(samples)) {
			const { language, [role]: text } = samples[row] as MeasuredSample;
			if (text === null) continue;
			const frequency = this.#frequencyOf(role, language);
			frequency.add(this.#counter.count(text, isSpaced(text, language)).places);
		}
	}

	#frequencyOf(role: Role, language: string | null): DocumentFrequency {
		const own = partKey(role, language);
		const isRoom = this.#frequencies.has(own) || this.#frequencies.size < mostWeights;
		const key = isRoom ? own : otherKey(role);
		const frequency = this.#frequencies.get(key) ?? new DocumentFrequency();
		this.#frequencies.set(key, frequency);
		return frequency;
	}

	#eachEmbedding(
		samples: readonly MeasuredSample[],
		groups: Uint16Array,
		role: Role,
		use: (row: number, embedding: ReturnType<typeof weighed>) => void,
	): void {
		for (const row of byLanguage(samples, (at) => groups[at] ?? 0)) {
			const { language, [role]: text } = samples[row] as MeasuredSample;
			const weights = this.#weights.get(partKey(role, language)) ?? this.#weights.get(otherKey(role));
			if (text === null || !weights) continue;
			const { places, counts } = this.#counter.count(text, isSpaced(text, language));
			use(row, weighed(places, counts, weights));
		}
	}

	#sum(key: string): DiversitySum {
		const sum = this.#sums.get(key) ?? new DiversitySum(lexicalDimensions);
		this.#sums.set(key, sum);
		return sum;
	}
}

/** A megabyte each; what a hostile file calls further languages shares one. */
const mostWeights = 100;

const otherKey = (role: Role): string => `${role} \u0000other`;

export const partKey = (role: Role, language: string | null): string => `${role} ${language ?? ""}`;
export const modelKey = (language: string | null, half: 0 | 1): string => `${half} ${language ?? ""}`;

export function fileChanged(): UserError {
	return new UserError("file-changed", "A file changed while it was measured; measure it again.");
}

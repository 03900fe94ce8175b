/** The passes over a dataset that no endpoint is asked in: counting, learning spelling, adding up and spreading embeddings. */
import type { SharedModel } from "../core/measure/character-model.ts";
import { DiversitySum, type SharedSum } from "../core/measure/diversity-sum.ts";
import { DocumentFrequency, type SharedFrequency } from "../core/measure/lexical-embedding.ts";
import { halfOf, isDrawnToLearn, learntCharacters, learntShare, robustZ } from "../core/measure/noise-score.ts";
import { Projection } from "../core/measure/projection.ts";
import { roles } from "../core/measure/sample-table.ts";
import { digestBytes } from "./measure-columns.ts";
import { type CountedBlock, fileChanged, modelKey, type SharedPart } from "./measure-part.ts";
import { type LineBlock, lineBlocks, parsedBlock } from "./measure-rows.ts";
import type { Share } from "./measure-shares.ts";
import type { MeasureState } from "./measure-state.ts";

/** Blocks a share has before it, so that it never waits for the reader. */
const blocksAhead = 2;

/** Languages whose spelling is learnt, the first of the files: a model takes some ten megabytes. */
const mostLearnt = 100;

interface PlacedBlock extends LineBlock {
	/** First of the block's rows in the table, and how many. */
	readonly firstRow: number;
	readonly rows: number;
}

/** First pass: fills the table and the groups. */
export async function countSamples(state: MeasureState): Promise<void> {
	const blocks = wantedBlocks(state);
	await each(
		blocks,
		state.shares,
		(share, { lines }) => share.call("count", { lines }),
		(block, counted) => placeBlock(state, block, counted),
	);
	state.table.finishPlacing();
	if (state.groups.all().length === 0 || !state.hasLexical) return;
	const weights = weightsOf(await gathered(state.shares, "frequencies"));
	for (const share of state.shares) await share.call("setWeights", weights);
}

function placeBlock(state: MeasureState, block: LineBlock, counted: CountedBlock): void {
	const { table, groups, counts } = state;
	const groupPlaces = counted.groups.names.map(({ name, labels }) => groups.place(name, labels));
	const languagePlaces = counted.languages.names.map((code) => state.languagePlace(code));
	let row = 0;
	for (const [at, isSample] of counted.isSample.entries()) {
		counts.lines += 1;
		if (isSample === 0) {
			counts.unreadable += 1;
			continue;
		}
		const group = groupPlaces[counted.groups.of[row] ?? 0] ?? 0;
		const language = languagePlaces[counted.languages.of[row] ?? 0] ?? 0;
		groups.add(group, table.rows, counted.digests.subarray(row * digestBytes, (row + 1) * digestBytes));
		const [line = 0, ordinal = 0] = [block.numbers[at], block.ordinals[at]];
		table.place({ group, language, file: block.file, line, ordinal, id: counted.ids[row] ?? null });
		state.onMeasured(block.lines[at] ?? "");
		row += 1;
	}
	for (const role of roles) table.texts[role].add(counted.texts[role].columns, counted.texts[role].signatures);
	state.rowsOfBlocks.push(row);
	state.progress.advance(row);
}

/** Every text has its weights from all shares of its language and role. */
function weightsOf(frequencies: readonly SharedPart<SharedFrequency>[]): SharedPart<SharedArrayBuffer>[] {
	const whole = new Map<string, DocumentFrequency>();
	for (const { key, value } of frequencies) {
		const one = DocumentFrequency.over(value);
		const known = whole.get(key);
		if (known) known.merge(one);
		else whole.set(key, one);
	}
	return [...whole].map(([key, frequency]) => ({ key, value: frequency.weights().buffer }));
}

/** Learns the spelling of each language from a seeded sample of its responses; every half by one share alone. */
export async function learnSpelling(state: MeasureState): Promise<void> {
	const { table, shares, draw, languages } = state;
	const seed = draw?.seed ?? 0;
	const drawn = rowsToLearn(state, seed);
	const units = new Map<string, number>();
	const waiting: Promise<void>[] = [];
	const ordinals = new Set([...drawn].map((row) => table.ordinal.at(row)));
	for await (const block of lineBlocks(state.dataset, state.signal, (ordinal) => ordinals.has(ordinal))) {
		const texts = new Map<string, string[]>();
		for (const { sample, ordinal } of parsedBlock(block, state.dataset)) {
			if (!sample || sample.response === null) throw fileChanged();
			const key = modelKey(sample.language, halfOf(seed, ordinal));
			const own = texts.get(key);
			if (own) own.push(sample.response);
			else texts.set(key, [sample.response]);
		}
		for (const [key, own] of texts) {
			if (!units.has(key)) units.set(key, units.size % shares.length);
			const share = shares[units.get(key) ?? 0];
			if (share) waiting.push(share.call("learn", { key, texts: own }));
		}
		state.progress.advance(block.lines.length);
		if (waiting.length > 64) await Promise.all(waiting.splice(0));
	}
	await Promise.all(waiting);
	const models = await gathered<SharedModel>(shares, "models");
	if (languages.length > 0) for (const share of shares) await share.call("setModels", models);
}

/** At most `learntCharacters` of each language, in equal halves. */
function rowsToLearn({ table, languages }: MeasureState, seed: number): Set<number> {
	const { response } = table.texts;
	const characters = languages.map(() => 0);
	for (let row = 0; row < table.rows; row += 1) {
		const language = table.language.at(row);
		characters[language] = (characters[language] ?? 0) + response.characters.at(row);
	}
	const learnt = new Map<string, number>();
	const drawn = new Set<number>();
	for (let row = 0; row < table.rows; row += 1) {
		const language = table.language.at(row);
		if (!response.isThere(row) || language >= mostLearnt) continue;
		const ordinal = table.ordinal.at(row);
		const unit = `${language} ${halfOf(seed, ordinal)}`;
		const before = learnt.get(unit) ?? 0;
		if (before >= learntCharacters / 2 || !isDrawnToLearn(seed, ordinal, learntShare(characters[language] ?? 0)))
			continue;
		learnt.set(unit, before + response.characters.at(row));
		drawn.add(row);
	}
	return drawn;
}

/** Second pass: sums of embeddings by group, and the spelling of each response. */
export async function sumAndScore(state: MeasureState): Promise<void> {
	await each(
		placedBlocks(state),
		state.shares,
		(share, block) => share.call("embed", groupedLines(state, block)),
		(block, bits) => {
			for (const [at, value] of bits.entries()) state.table.bits.set(block.firstRow + at, value);
			state.progress.advance(block.rows);
		},
	);
	if (state.hasNoise) compareSpelling(state);
	if (!state.hasLexical) return;
	const sums = new Map<string, DiversitySum>();
	for (const { key, value } of await gathered<SharedSum>(state.shares, "sums")) {
		const one = DiversitySum.over(value);
		const known = sums.get(key);
		if (known) known.merge(one);
		else sums.set(key, one);
	}
	for (const [key, sum] of sums) {
		const [place, role] = key.split(" ");
		state.groups.at(Number(place)).sums[role === "prompt" ? "prompt" : "response"] = sum;
	}
	const shared = [...sums].map(([key, sum]) => ({ key, value: sum.shared() }));
	for (const share of state.shares) await share.call("setSums", shared);
}

/** Robust z of each response among all of its language. */
function compareSpelling({ table, languages }: MeasureState): void {
	const rows: number[][] = languages.map(() => []);
	for (let row = 0; row < table.rows; row += 1)
		if (!Number.isNaN(table.bits.at(row))) rows[table.language.at(row)]?.push(row);
	for (const own of rows) {
		const z = robustZ(Float64Array.from(own, (row) => table.bits.at(row)));
		for (const [at, row] of own.entries()) table.noiseZ.set(row, z?.[at] ?? Number.NaN);
	}
}

/** Third pass: how each text lies to all of its group; and where on the map. `points` are the mapped rows' vectors. */
export async function spreadLexical(state: MeasureState, points: Float32Array): Promise<void> {
	if (!state.hasLexical) return;
	let mapped = 0;
	await each(
		placedBlocks(state),
		state.shares,
		(share, block) =>
			share.call("spread", { ...groupedLines(state, block), isMapped: state.isMapped(block.firstRow, block.rows) }),
		(block, { alignments, projected }) => {
			for (const role of roles)
				for (const [at, value] of alignments[role].entries())
					state.table.texts[role].alignment.set(block.firstRow + at, value);
			points.set(projected, mapped * Projection.dimensions);
			mapped += projected.length / Projection.dimensions;
			state.progress.advance(block.rows);
		},
	);
}

function groupedLines({ table }: MeasureState, { lines, firstRow, rows }: PlacedBlock) {
	return {
		lines,
		groups: Uint16Array.from({ length: rows }, (_, at) => table.group.at(firstRow + at)),
		ordinals: Uint32Array.from({ length: rows }, (_, at) => table.ordinal.at(firstRow + at)),
	};
}

function wantedBlocks({ dataset, signal, drawn }: MeasureState): AsyncGenerator<LineBlock> {
	return lineBlocks(dataset, signal, drawn ? (ordinal) => drawn.ordinals.has(ordinal) : undefined);
}

/** The blocks of the first pass again, with their rows. Throws where there are others now. */
export async function* placedBlocks(state: MeasureState): AsyncGenerator<PlacedBlock> {
	let firstRow = 0;
	let place = 0;
	for await (const block of wantedBlocks(state)) {
		const rows = state.rowsOfBlocks[place];
		if (rows === undefined) throw fileChanged();
		yield { ...block, firstRow, rows };
		firstRow += rows;
		place += 1;
	}
	if (place !== state.rowsOfBlocks.length) throw fileChanged();
}

async function gathered<T>(
	shares: readonly Share[],
	method: "frequencies" | "models" | "sums",
): Promise<readonly SharedPart<T>[]> {
	const parts: SharedPart<T>[] = [];
	for (const share of shares) parts.push(...((await share.call(method, undefined)) as unknown as SharedPart<T>[]));
	return parts;
}

/** Gives blocks to the shares in turn, a few ahead, and takes the answers in order. */
async function each<B, A>(
	blocks: AsyncIterable<B>,
	shares: readonly Share[],
	give: (share: Share, block: B) => Promise<A>,
	take: (block: B, answer: A) => void,
): Promise<void> {
	const given: { readonly block: B; readonly answer: Promise<A> }[] = [];
	const takeFirst = async () => {
		const first = given.shift();
		if (first) take(first.block, await first.answer);
	};
	let turn = 0;
	try {
		for await (const block of blocks) {
			const share = shares[turn % shares.length];
			turn += 1;
			if (!share) return;
			const answer = give(share, block);
			// Whoever fails first is reported; the others must not go unheard.
			answer.catch(() => {});
			given.push({ block, answer });
			if (given.length >= shares.length * blocksAhead) await takeFirst();
		}
		while (given.length > 0) await takeFirst();
	} finally {
		given.length = 0;
	}
}

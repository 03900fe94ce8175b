/**
 * What a practice student is judged by, on the held-out split that no student ever trains on.
 *
 * `practice_choice`: a held-out response is cut inside a word of its second half; which of five continuations is the
 * true one? The four others come from other held-out responses of the language, cut inside a word as well. A byte model
 * sees only a few letters across the cut, so this asks whether it knows the words of the language. Cutting between
 * sentences instead was tried: a byte model is at chance there, whatever it was trained on.
 * `practice_bpb`: bits per byte of held-out responses; lower is better, never part of PGR.
 */
import type { TrainingPair } from "../core/trainer/rows.ts";
import { encodePair, meanLoss, type NgramModel } from "./student.ts";

export interface HeldOutRow extends TrainingPair {
	readonly id: string;
}

export interface ChoiceItem {
	readonly context: string;
	/** The true continuation is the first. */
	readonly choices: readonly string[];
}

export interface Score {
	readonly metric: "acc" | "bits_per_byte";
	readonly value: number;
	readonly stderr: number | null;
	readonly n: number;
}

const cutsPerRow = 5;
const distractors = 4;
/** Characters of a continuation; what follows is out of the model's reach. */
const continuationLength = 24;
/** Letters that must stand before a cut, so that there is something to go by. */
const lettersBefore = 2;

/** Questions from held-out rows; the same seed gives the same questions. */
export function choiceItems(rows: readonly HeldOutRow[], random: () => number): ChoiceItem[] {
	const cuts = rows.flatMap((row) => cutsOf(row, random));
	return cuts.flatMap((cut) => {
		const others = drawOthers(cuts, cut, random);
		return others.length < distractors ? [] : [{ context: cut.before, choices: [cut.after, ...others] }];
	});
}

interface Cut {
	readonly row: string;
	readonly before: string;
	readonly after: string;
}

function cutsOf({ id, response }: HeldOutRow, random: () => number): Cut[] {
	const characters = [...response];
	const half = Math.floor(characters.length / 2);
	const places: number[] = [];
	for (let at = Math.max(half, lettersBefore); at < characters.length - continuationLength / 2; at += 1) {
		const around = characters.slice(at - lettersBefore, at + 1);
		if (around.every((character) => /\p{L}/u.test(character))) places.push(at);
	}
	return draw(places, cutsPerRow, random).map((at) => ({
		row: id,
		before: characters.slice(0, at).join(""),
		after: characters.slice(at, at + continuationLength).join(""),
	}));
}

/** Continuations from different other rows. */
function drawOthers(cuts: readonly Cut[], own: Cut, random: () => number): string[] {
	const chosen: Cut[] = [];
	const pool = cuts.filter(({ row, after }) => row !== own.row && after !== own.after);
	while (chosen.length < distractors && pool.length > 0) {
		const [cut] = pool.splice(Math.floor(random() * pool.length), 1);
		if (cut && !chosen.some(({ row, after }) => row === cut.row || after === cut.after)) chosen.push(cut);
	}
	return chosen.map(({ after }) => after);
}

function draw<T>(values: readonly T[], count: number, random: () => number): T[] {
	const pool = [...values];
	const drawn: T[] = [];
	while (drawn.length < count && pool.length > 0) drawn.push(...pool.splice(Math.floor(random() * pool.length), 1));
	return drawn;
}

/**
 * Share of right answers. The model prefers the continuation that the context makes likelier than it is by itself
 * (pointwise mutual information); a tie of k counts 1/k, so a model without contexts is at chance exactly.
 */
export function choiceScore(model: NgramModel, items: readonly ChoiceItem[]): Score | null {
	return scoreOfCredits(creditsOf(model, items));
}

/** Credit question by question, in their order: what a comparison in pairs needs. */
export function creditsOf(model: NgramModel, items: readonly ChoiceItem[]): number[] {
	return items.map((item) => credit(model, item));
}

export function scoreOfCredits(credits: readonly number[]): Score | null {
	const n = credits.length;
	if (n === 0) return null;
	const value = credits.reduce((sum, one) => sum + one, 0) / n;
	return { metric: "acc", value, stderr: Math.sqrt((value * (1 - value)) / n), n };
}

/** Differences below this are rounding. */
const tieNats = 1e-9;

export function credit(model: NgramModel, { context, choices }: ChoiceItem): number {
	const before = encoder.encode(context);
	const gains = choices.map((choice) => {
		const after = encoder.encode(choice);
		const whole = new Uint8Array(before.length + after.length);
		whole.set(before);
		whole.set(after, before.length);
		return model.logLikelihood(whole, before.length) - model.logLikelihood(after);
	});
	const best = Math.max(...gains);
	const isBest = gains.map((gain) => gain > best - tieNats);
	return isBest[0] ? 1 / isBest.filter(Boolean).length : 0;
}

/** Bits per byte over whole responses, with the error of the mean over rows. */
export function bitsPerByte(model: NgramModel, rows: readonly HeldOutRow[]): Score | null {
	const losses = rows.map((row) => meanLoss(model, [encodePair(row)]));
	const mean = meanLoss(
		model,
		rows.map((row) => encodePair(row)),
	);
	if (mean === null) return null;
	const bits = losses.flatMap((loss) => (loss === null ? [] : [loss / Math.LN2]));
	return { metric: "bits_per_byte", value: mean / Math.LN2, stderr: errorOfMean(bits), n: rows.length };
}

function errorOfMean(values: readonly number[]): number | null {
	if (values.length < 2) return null;
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Uniform numbers in [0, 1) from a seed (Marsaglia's xorshift32), the same on every machine. */
export function seededRandom(seed: number): () => number {
	let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state / 2 ** 32;
	};
}

const encoder = new TextEncoder();

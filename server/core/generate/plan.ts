/** What will be asked: cells with targets, and for each cell an endless, repeatable sequence of draws. */
import * as z from "zod/mini";
import type { Sampling } from "../project.ts";
import { type Message, type SeedRow, Strategy } from "../sample-row.ts";
import { canonicalJson } from "./canonical-json.ts";
import { wantsPair } from "./chat-request.ts";
import { sampled, seededRandom, shuffled } from "./seeded-random.ts";
import { taskFamilies } from "./task-families.ts";

/** One teacher, language and strategy, and how many accepted samples are wanted of it. */
export const Cell = z.object({
	teacher: z.string(),
	language: z.string(),
	strategy: Strategy,
	target: z.int().check(z.gte(0)),
	/** Requests it may draw; where left out, enough to make up for rejected ones. A comparison draws each seed once. */
	draws: z.optional(z.int().check(z.gte(0))),
});
export type Cell = z.infer<typeof Cell>;

/** The draw behind one request; with the manifest and the seeds it gives the messages again. */
export const Draw = z.object({
	seed: z.string(),
	/** Ids of the example seeds shown; never the seed itself. */
	examples: z.array(z.string()),
	family: z.nullable(z.string()),
	/** How often this seed was drawn before in this cell. */
	sample: z.int(),
});
export type Draw = z.infer<typeof Draw>;

/** One line of `plan.jsonl`, on disk before its request is sent. */
export const PlanLine = z.object({ key: z.string(), cell: z.int(), index: z.int(), draw: Draw });
export type PlanLine = z.infer<typeof PlanLine>;

const exampleCount = 3;
/** Raised when the meaning of a key changes. */
const keyVersion = 1;

/** The seeds a cell draws from. Translation reads only the prompt, so any row in another language serves. */
export function seedsFor(
	seeds: readonly SeedRow[],
	{ strategy, language }: Pick<Cell, "strategy" | "language">,
): SeedRow[] {
	if (strategy === "translate") return seeds.filter((seed) => seed.language !== language);
	return seeds.filter((seed) => seed.language === language && seed.strategy.includes(strategy));
}

/**
 * Draws for one strategy and language. They depend on `seed`, strategy, language and index only: all teachers are
 * asked about the same seeds in the same order, so that their samples can be compared.
 */
export function drawer(
	seeds: readonly SeedRow[],
	cell: Pick<Cell, "strategy" | "language">,
	seed: number,
): (index: number) => Draw {
	const name = `${seed}/${cell.strategy}/${cell.language}`;
	const order = shuffled(seedsFor(seeds, cell), seededRandom(name));
	const showable = order.filter(({ response }) => response !== "");
	return (index) => {
		const chosen = order[index % order.length];
		if (!chosen) throw new Error(`There is no seed for ${cell.strategy} in ${cell.language}.`);
		const sample = Math.floor(index / order.length);
		if (cell.strategy !== "generate") return { seed: chosen.id, examples: [], family: null, sample };
		const random = seededRandom(`${name}/${index}`);
		const examples = sampled(showable, exampleCount + 1, random).filter(({ id }) => id !== chosen.id);
		const family = taskFamilies[index % taskFamilies.length]?.id ?? null;
		return { seed: chosen.id, examples: examples.slice(0, exampleCount).map(({ id }) => id), family, sample };
	};
}

/** Splits a teacher's target over the strategies in equal shares; the first ones take what is left over. */
export function equalShares(target: number, strategies: readonly Strategy[]): { strategy: Strategy; target: number }[] {
	return strategies.map((strategy, index) => ({
		strategy,
		target: Math.floor(target / strategies.length) + (index < target % strategies.length ? 1 : 0),
	}));
}

/** What makes two requests the same one. Nothing here that a retry may change, and no file names. */
export interface KeyParts {
	/** Scheme, host and port; `practice` for the practice teachers, whose port changes. */
	readonly origin: string;
	readonly model: string;
	readonly messages: readonly Message[];
	readonly sampling: Sampling | undefined;
	readonly strategy: Strategy;
	readonly sample: number;
}

/** Content key of a request: `sha256` (handed in) of canonical JSON. */
export function requestKey(parts: KeyParts, sha256: (text: string) => string): string {
	const { temperature = null, topP = null } = parts.sampling ?? {};
	return sha256(
		canonicalJson({
			version: keyVersion,
			kind: "chat",
			origin: parts.origin,
			model: parts.model,
			messages: parts.messages,
			sampling: { temperature, topP, seed: parts.sampling?.seed ?? null },
			answer: wantsPair(parts.strategy) ? ["prompt", "response"] : "text",
			sample: parts.sample,
		}),
	);
}

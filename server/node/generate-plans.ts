/** Draws, materials and keys of a run: everything that follows from its manifest and its seeds. */

import type { CellProgress } from "../core/generate/cell-progress.ts";
import { chatMessages, type Material, wantsPair } from "../core/generate/chat-request.ts";
import type { CellTokens } from "../core/generate/estimate.ts";
import { NumberSet } from "../core/generate/number-set.ts";
import { type Cell, type Draw, drawer, type PlanLine, requestKey, seedsFor } from "../core/generate/plan.ts";
import type { Manifest, RunTeacher } from "../core/generate/run-records.ts";
import type { Answered } from "../core/generate/sample-of.ts";
import { languageName } from "../core/generate/system-prompts.ts";
import { modelOf, teacherOrigin } from "../core/generate/teacher-kind.ts";
import { templateText } from "../core/generate/templates.ts";
import { estimatedTokens } from "../core/generate/token-estimate.ts";
import { UserError } from "../core/problem.ts";
import type { SeedRow } from "../core/sample-row.ts";
import { sha256 } from "./generate-seeds.ts";

/** Draws looked at for an estimate. */
const typicalDraws = 20;
/** Where seeds have no answers to go by. */
const leastAnswerTokens = 60;

/** Samples of draws that repeat another's request begin here; no seed is drawn as often as that. */
const repeatedSample = 1_000_000;

export class RunPlans {
	readonly #manifest: Manifest;
	readonly #seeds: readonly SeedRow[];
	readonly #byId: ReadonlyMap<string, SeedRow>;
	readonly #drawers = new Map<string, (index: number) => Draw>();
	/** Keys in use, as 52-bit numbers. */
	readonly #keys = new NumberSet();

	constructor(manifest: Manifest, seeds: readonly SeedRow[]) {
		this.#manifest = manifest;
		this.#seeds = seeds;
		this.#byId = new Map(seeds.map((seed) => [seed.id, seed]));
	}

	/** Marks a key of an earlier session as used. */
	remember(key: string): void {
		this.#keys.add(shortHash(key));
	}

	/**
	 * The next request of a cell. Two draws that would send the same are one request: the later one counts as a sample
	 * of its own, far above the others, so that no two rows share seed and sample.
	 */
	next(teacher: RunTeacher, cell: CellProgress): PlanLine {
		const index = cell.planned;
		cell.planned += 1;
		for (
			let draw = this.#drawer(cell.cell)(index);
			;
			draw = { ...draw, sample: draw.sample + repeatedSample + index }
		) {
			const key = this.key(teacher, cell.cell, draw);
			if (this.#keys.has(shortHash(key))) continue;
			this.#keys.add(shortHash(key));
			return { key, cell: cell.index, index, draw };
		}
	}

	key(teacher: RunTeacher, cell: Cell, draw: Draw, origin = keyOrigin(teacher)): string {
		const model = modelOf(teacher);
		const { sampling } = teacher;
		const messages = chatMessages(this.material(cell, draw), this.#manifest.templates);
		const { strategy } = cell;
		return requestKey({ origin, model, messages, sampling, strategy, sample: draw.sample }, sha256);
	}

	material({ strategy, language }: Cell, draw: Draw): Material {
		const examples = draw.examples.map((id) => this.#seed(id));
		return { strategy, language, seed: this.#seed(draw.seed), examples, family: draw.family };
	}

	origins(
		teacher: RunTeacher,
		{ strategy, language }: Material,
	): Pick<Answered, "model" | "origin" | "sampling" | "templateHash"> {
		const { temperature = null, topP = null, maxTokens = null } = teacher.sampling ?? {};
		return {
			model: modelOf(teacher),
			origin: keyOrigin(teacher),
			sampling: { temperature, topP, maxTokens },
			templateHash: this.#manifest.templateHashes[`${strategy}/${language}`] ?? "",
		};
	}

	/** Mean tokens of a cell's first requests, and of its seeds' answers, by our own counting. */
	typicalTokens(cell: Cell): CellTokens {
		const materials = Array.from({ length: typicalDraws }, (_, index) =>
			this.material(cell, this.#drawer(cell)(index)),
		);
		const tokens = (texts: readonly string[]) => texts.reduce((sum, text) => sum + estimatedTokens(text), 0);
		const asked = materials.map((material) =>
			tokens(chatMessages(material, this.#manifest.templates).map(({ content }) => content)),
		);
		const answers = materials.map(({ seed: { prompt, response } }) =>
			tokens(wantsPair(cell.strategy) ? [prompt, response] : [response]),
		);
		const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
		return { prompt: mean(asked), answer: Math.max(mean(answers), leastAnswerTokens) };
	}

	#seed(id: string): SeedRow {
		const seed = this.#byId.get(id);
		if (!seed) throw new UserError("seed-missing", `The seed ${id} that this run drew is no longer in its seed files.`);
		return seed;
	}

	#drawer(cell: Cell): (index: number) => Draw {
		const name = `${cell.strategy}/${cell.language}`;
		const known = this.#drawers.get(name);
		if (known) return known;
		const made = drawer(this.#seeds, cell, this.#manifest.seed);
		this.#drawers.set(name, made);
		return made;
	}
}

/** Tokens a request and its answer may need, by teacher: the longest cell, with room for our own counting. */
export function contextNeeds(manifest: Manifest, seeds: readonly SeedRow[]): Map<string, number> {
	const plans = new RunPlans(manifest, seeds);
	const needs = new Map<string, number>();
	for (const cell of manifest.cells) {
		if (cell.target === 0) continue;
		const { prompt, answer } = plans.typicalTokens(cell);
		const limit = manifest.teachers.find(({ name }) => name === cell.teacher)?.sampling?.maxTokens;
		const need = Math.ceil(1.25 * prompt) + (limit ?? Math.ceil(2.5 * answer));
		needs.set(cell.teacher, Math.max(needs.get(cell.teacher) ?? 0, need));
	}
	return needs;
}

/** The practice teachers' port changes from day to day; they are one origin all the same. */
export const keyOrigin = (teacher: RunTeacher): string => (teacher.isPractice ? "practice" : teacherOrigin(teacher));

/** The first 52 bits of a hash as a number above 0; two of a million rows collide once in ten thousand runs. */
export const shortHash = (hash: string): number => Number.parseInt(hash.slice(0, 13), 16) || 1;

/** SHA-256 of the wording each strategy and language uses, by `strategy/language`. */
export function templateHashes(cells: readonly Cell[], templates: Manifest["templates"]): Record<string, string> {
	return Object.fromEntries(
		cells.map(({ strategy, language }) => [
			`${strategy}/${language}`,
			sha256(templateText(strategy, language, templates)),
		]),
	);
}

/** Refuses cells that have nothing to draw from, naming what is missing. */
export function requireSeeds(cells: readonly Cell[], seeds: readonly SeedRow[], files: readonly string[]): void {
	for (const cell of cells) {
		if (cell.target === 0 || seedsFor(seeds, cell).length > 0) continue;
		const wanted =
			cell.strategy === "translate"
				? `seeds in another language than ${languageName(cell.language)}`
				: `seeds in ${languageName(cell.language)} (${cell.language}) that serve ${cell.strategy}`;
		throw new UserError(
			"no-seeds",
			`${cell.strategy} needs ${wanted}, and ${files.join(", ")} has none among ${seeds.length} usable rows. Add another seed file, or leave the strategy out.`,
		);
	}
}

/** What the form of *Generate Samples* offers, and how it is filled at first. */
import type * as vscode from "vscode";
import * as z from "zod/mini";
import { requests } from "../server/core/engine-api.ts";
import { isBatched } from "../server/core/generate/batch-price.ts";
import { GenerationDraft, practiceSeeds } from "../server/core/generate/draft.ts";
import type { GenerateOffer, OfferedSeeds } from "../server/core/generate/form-message.ts";
import { languageName } from "../server/core/generate/system-prompts.ts";
import { languages } from "../server/core/languages.ts";
import type { Project } from "../server/core/project.ts";
import { strategies } from "../server/core/sample-row.ts";
import type { App } from "./app.ts";
import { readProjectFile } from "./project-edit.ts";
import { jsonlChoices } from "./workspace.ts";

/** What a caller wants filled in, such as the teacher a comparison was won by. */
export const GenerationWish = z.object({
	teachers: z.optional(z.array(z.string())),
	languages: z.optional(z.array(z.string())),
	strategies: z.optional(z.array(z.enum(strategies as ["generate", "translate", "respond"]))),
	/** Accepted samples of each teacher in each language. */
	each: z.optional(z.int().check(z.gte(1))),
});
export type GenerationWish = z.infer<typeof GenerationWish>;

export async function generationOffer(app: App, folder: vscode.Uri): Promise<GenerateOffer> {
	const project = await readProjectFile(folder);
	const teachers = await app.engine.request(requests.teachers, {});
	const files = await jsonlChoices();
	return {
		teachers: teachers.map(({ name, origin, isPractice, price, model }) => ({
			name,
			note: isPractice ? "practice: canned text, not a model" : `${model} at ${origin}${batchNote(project, name)}`,
			isPractice,
			currency: price?.currency ?? null,
		})),
		languages: offeredLanguages(project).map((code) => ({ code, name: languageName(code) })),
		seeds: [
			practiceChoice,
			...files.map(({ path, label, description = "" }): OfferedSeeds => ({ path, label, note: description })),
		],
		existing: files.map(({ label }) => label),
	};
}

/** Batch files are cheaper and slow, which one should know before the start. */
function batchNote({ teachers }: Project, name: string): string {
	const teacher = teachers.find((one) => one.name === name);
	return teacher && isBatched(teacher) ? ", by batch files: cheaper, answered within 24 hours" : "";
}

const practiceChoice: OfferedSeeds = {
	path: practiceSeeds,
	label: "Practice seeds",
	note: "shipped with Polyglot Lens, in each chosen language; translation starts from English",
};

/** The project's own first. */
function offeredLanguages({ generation, languages: own }: Project): string[] {
	return [...new Set([...(generation?.languages ?? []), ...own, ...languages.map(({ code }) => code)])];
}

/** As it was left, else as `polyglot.json` has it; then what the caller wants. Choices that are gone are left out. */
export async function firstDraft(
	folder: vscode.Uri,
	offer: GenerateOffer,
	left: unknown,
	wish: GenerationWish,
): Promise<GenerationDraft> {
	const known = GenerationDraft.safeParse(left);
	const draft = known.success ? known.data : projectDraft(await readProjectFile(folder), offer);
	const offered = (wanted: readonly string[], choices: readonly string[]) =>
		wanted.filter((one) => choices.includes(one));
	return {
		...draft,
		// A name that was used by the last run is no suggestion for the next.
		output: draft.output !== null && offer.existing.includes(draft.output) ? null : draft.output,
		teachers: offered(
			wish.teachers ?? draft.teachers,
			offer.teachers.map(({ name }) => name),
		),
		languages: offered(
			wish.languages ?? draft.languages,
			offer.languages.map(({ code }) => code),
		),
		strategies: wish.strategies ?? draft.strategies,
		...(wish.each === undefined ? {} : { each: String(wish.each), own: {} }),
		seeds: offered(
			draft.seeds,
			offer.seeds.map(({ path }) => path),
		),
	};
}

/** The paper's mix: all strategies, in equal thirds. */
function projectDraft({ generation, languages: own, seeds }: Project, offer: GenerateOffer): GenerationDraft {
	const named = offer.teachers.filter(({ isPractice }) => !isPractice).map(({ name }) => name);
	// Without teachers of one's own, the first practice teacher shows how it goes.
	const teachers = named.length > 0 ? named : offer.teachers.slice(0, 1).map(({ name }) => name);
	const files = offer.seeds.filter(({ label }) => seeds.includes(label)).map(({ path }) => path);
	return {
		teachers: generation?.teachers ?? teachers,
		languages: generation?.languages ?? own.slice(0, 1),
		strategies: generation?.strategies ?? [...strategies],
		each: String(generation?.count ?? 24),
		own: {},
		seeds: files.length > 0 ? files : [practiceSeeds],
		output: null,
		budget: generation?.budget ? String(generation.budget.amount) : "",
		acceptByChecks: generation?.accept !== "valid",
		reuse: true,
		probe: true,
	};
}

/** *Compare Teachers*: the same seeds to several teachers, each once, through the generation engine; shown as they come. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ComparisonPlan, notifications, requests } from "../core/engine-api.ts";
import type { CompareMessage } from "../core/generate/compare-message.ts";
import { drawer } from "../core/generate/plan.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import { type SeedRow, strategies } from "../core/sample-row.ts";
import { ComparisonReader } from "../node/generate-compare.ts";
import { readManifest, runFolder, runIds } from "../node/generate-folder.ts";
import { batched, type GenerateOptions, newRunId, startGenerateRun } from "../node/generate-run.ts";
import { parseSeeds, readSeeds } from "../node/generate-seeds.ts";
import { compareMessage } from "./compare-view.ts";
import type { ServerContext } from "./feature.ts";
import type { ActiveGenerations } from "./generate-active.ts";
import { surroundings } from "./generate-options.ts";
import { notify, requireFolder, requireTrust, respond } from "./respond.ts";
import { findTeachers } from "./teachers.ts";

/** As often as answers are read from disk while a comparison runs. */
const intervalMs = 1_000;

export function comparisonRequests(server: ServerContext, practice: PracticeMode, active: ActiveGenerations): void {
	const views = new ComparisonViews(server, active);
	respond(server, requests.startComparison, async (plan) => {
		requireTrust(server);
		const options = await comparisonOptions(server, practice, plan);
		return active.follow(await startGenerateRun(options).catch((cause: unknown) => withoutFolder(options, cause)));
	});
	respond(server, requests.comparisons, () => listComparisons(requireFolder(server)));
	respond(server, requests.watchComparison, ({ runId }) => views.watch(runId));
	respond(server, requests.unwatchComparison, ({ runId }) => {
		views.unwatch(runId);
		return {};
	});
}

/** The comparisons that panels show; each is told anew once a second while it runs, and when it ended. */
class ComparisonViews {
	readonly #server: ServerContext;
	readonly #active: ActiveGenerations;
	readonly #watched = new Map<string, ComparisonReader>();

	constructor(server: ServerContext, active: ActiveGenerations) {
		this.#server = server;
		this.#active = active;
		const timer = setInterval(() => {
			for (const runId of this.#watched.keys()) if (active.get(runId)) void this.#tell(runId);
		}, intervalMs);
		timer.unref();
		server.onShutdown(() => clearInterval(timer));
		active.onEnd((runId) => void this.#tell(runId));
	}

	async watch(runId: string): Promise<CompareMessage> {
		const reader = this.#watched.get(runId) ?? (await ComparisonReader.open(requireFolder(this.#server), runId));
		this.#watched.set(runId, reader);
		return this.#message(runId, reader);
	}

	unwatch(runId: string): void {
		this.#watched.delete(runId);
	}

	async #tell(runId: string): Promise<void> {
		const reader = this.#watched.get(runId);
		if (!reader) return;
		try {
			notify(this.#server, notifications.comparisonView, { runId, message: await this.#message(runId, reader) });
		} catch (cause) {
			this.#server.runtime.log(`comparison ${runId}: ${String(cause)}`);
		}
	}

	async #message(runId: string, reader: ComparisonReader): Promise<CompareMessage> {
		const seeds = await reader.read();
		const isWhole = seeds.every(({ attempts }) => attempts.every(({ isSettled }) => isSettled));
		const annotate = { project: this.#server.project(), detectors: this.#server.detectors() };
		const surroundings = { annotate, decisions: this.#server.decisions() };
		return compareMessage(reader.manifest, seeds, this.#state(runId, isWhole), surroundings);
	}

	/** As this process knows it; of a run of an earlier session only the disk can tell. */
	#state(runId: string, isWhole: boolean): Pick<CompareMessage, "state" | "reason"> {
		const run = this.#active.get(runId)?.monitor();
		if (run) return { state: run.state, reason: run.message ?? run.waiting };
		const ended = this.#active.lastEnd(runId);
		if (ended) return { state: ended.state, reason: ended.message };
		return { state: isWhole ? "done" : "interrupted", reason: null };
	}
}

/** Newest first. */
async function listComparisons(folder: string): Promise<{ runId: string; title: string }[]> {
	const ids = await runIds(folder);
	const manifests = await Promise.all(ids.map((id) => readManifest(folder, id).catch(() => undefined)));
	return manifests
		.flatMap((manifest) => (manifest?.purpose === "comparison" ? [manifest] : []))
		.reverse()
		.map(({ id, cells, created }) => {
			const teachers = cells.map(({ teacher }) => teacher).join(", ");
			const time = created.slice(0, 16).replace("T", " ");
			return { runId: id, title: `${teachers}: ${cells[0]?.draws ?? 0} seeds, ${cells[0]?.language ?? ""}, ${time}` };
		});
}

/** A comparison that could not start leaves nothing behind. */
async function withoutFolder({ output }: GenerateOptions, cause: unknown): Promise<never> {
	await rm(dirname(output), { recursive: true, force: true });
	throw cause;
}

/** Everything of a comparison lies in its run's folder, the seeds as well: a file that changes later changes nothing. */
async function comparisonOptions(
	server: ServerContext,
	practice: PracticeMode,
	{ teachers, language, strategy, seeds: wanted, budget }: ComparisonPlan,
): Promise<GenerateOptions> {
	// Somebody looks on: batch files may take a day.
	const found = (await findTeachers(server, practice, [...new Set(teachers)])).map((one) => batched(one, false));
	const seeds = await chosenSeeds(wanted, language, strategy);
	const id = newRunId();
	const path = runFolder(requireFolder(server), id);
	await mkdir(path, { recursive: true });
	const seedFile = join(path, "seeds.jsonl");
	await writeFile(seedFile, seeds.map((seed) => `${JSON.stringify(seed)}\n`).join(""));
	const { templates } = server.project().generation ?? {};
	return {
		...surroundings(server, practice),
		...(templates ? { templates } : {}),
		...(budget ? { budget } : {}),
		id,
		purpose: "comparison",
		teachers: found,
		cells: found.map(({ name }) => ({
			teacher: name,
			language,
			strategy,
			target: seeds.length,
			draws: seeds.length,
		})),
		seedFiles: [seedFile],
		output: join(path, "samples.jsonl"),
		seed: 0,
		probe: true,
		reuse: true,
		languages: [],
		strategies: [],
		count: 0,
	};
}

/** Rows that are seeds, freed for the strategy: whatever made a row, its question can be asked again. */
async function chosenSeeds(
	wanted: ComparisonPlan["seeds"],
	language: string,
	strategy: ComparisonPlan["strategy"],
): Promise<SeedRow[]> {
	const read =
		"lines" in wanted
			? parseSeeds(wanted.lines.join("\n"), "editor", language)
			: await readSeeds([wanted.path], language);
	const all = read.rows.map((seed) => ({ ...seed, strategy: [...strategies] }));
	const fitting = all.filter((seed) => (strategy === "translate") === (seed.language !== language));
	if (fitting.length === 0)
		throw new UserError(
			"no-seeds",
			strategy === "translate"
				? `None of ${all.length} rows is in another language than ${language}, so there is nothing to translate. Choose another file.`
				: `None of ${all.length} rows is in ${language}. Choose another file or language.`,
		);
	if ("lines" in wanted) return fitting;
	const draw = drawer(fitting, { strategy, language }, 0);
	const ids = Array.from({ length: Math.min(wanted.count, fitting.length) }, (_, index) => draw(index).seed);
	return fitting.filter(({ id }) => ids.includes(id));
}

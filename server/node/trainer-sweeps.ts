/** Sweeps of a workspace: the plan on disk before the first launch, then one run a cell until all are with the trainer. */
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { cellKey, readWish, type SweepCell, SweepPlan } from "../core/trainer/sweep.ts";
import type { TrainWish } from "../core/trainer/train-draft.ts";
import { splitCells } from "./sweep-cells.ts";
import type { TrainerClient } from "./trainer-client.ts";

export interface SweepOrder {
	readonly title: string;
	readonly wish: TrainWish;
	readonly datasets: readonly string[];
	readonly cells: readonly SweepCell[];
	readonly evaluates: boolean;
}

export class TrainerSweeps {
	readonly #folder: string;
	readonly #plans = new Map<string, SweepPlan>();
	/** Why a cell is not launched, by group and cell; a new try clears it. */
	readonly #refusals = new Map<string, Map<string, string>>();
	readonly #launching = new Map<string, Promise<void>>();
	readonly #onChange: (group: string) => void;
	#isClosed = false;

	private constructor(folder: string, onChange: (group: string) => void) {
		this.#folder = folder;
		this.#onChange = onChange;
	}

	/** `folder` is `.polyglot/sweeps` of the workspace. */
	static async open(folder: string, onChange: (group: string) => void): Promise<TrainerSweeps> {
		const sweeps = new TrainerSweeps(folder, onChange);
		const names = await readdir(folder).catch(() => []);
		for (const name of names) await sweeps.#read(name);
		return sweeps;
	}

	all(): readonly SweepPlan[] {
		return [...this.#plans.values()];
	}

	get(group: string): SweepPlan {
		const plan = this.#plans.get(group);
		if (!plan) throw new UserError("unknown-sweep", `There is no sweep ${group} in this workspace.`);
		return plan;
	}

	refusals(group: string): ReadonlyMap<string, string> {
		return this.#refusals.get(group) ?? new Map();
	}

	isLaunching(group: string): boolean {
		return this.#launching.has(group);
	}

	/** Writes the plan and its rows. Nothing is launched yet. */
	async plan(order: SweepOrder, nowMs: number): Promise<SweepPlan> {
		const { title, wish, datasets, cells, evaluates } = order;
		if (cells.length === 0) throw new UserError("sweep-empty", "The sweep has no teacher in any language left.");
		const createdAt = new Date(nowMs).toISOString();
		const group = `sweep-${createdAt.replaceAll(/[-:.TZ]/g, "")}`;
		await mkdir(this.#folder, { recursive: true });
		const files = await splitCells(datasets, cells, join(this.#folder, group));
		const named = cells.map((cell) => ({ ...cell, file: files.get(cellKey(cell)) ?? "" }));
		const plan: SweepPlan = { group, title, createdAt, wish: { ...wish }, evaluates, cells: named };
		// Last and at once: rows without a plan are no sweep.
		const path = join(this.#folder, group, "plan.json");
		await writeFile(`${path}.new`, `${JSON.stringify(plan, null, "\t")}\n`);
		await rename(`${path}.new`, path);
		this.#plans.set(group, plan);
		return plan;
	}

	/** Launches every cell that has no run yet, one after the other; a second call joins the first. */
	launch(client: TrainerClient, group: string): Promise<void> {
		const known = this.#launching.get(group);
		if (known !== undefined) return known;
		const plan = this.get(group);
		const launching = this.#launchRest(client, plan).finally(() => {
			this.#launching.delete(group);
			this.#onChange(group);
		});
		this.#launching.set(group, launching);
		this.#onChange(group);
		return launching;
	}

	/** No further cell is launched; the one under way is left to its own link. */
	close(): void {
		this.#isClosed = true;
	}

	async #launchRest(client: TrainerClient, plan: SweepPlan): Promise<void> {
		const refusals = new Map<string, string>();
		this.#refusals.set(plan.group, refusals);
		const wish = readWish(plan) as TrainWish;
		for (const cell of plan.cells) {
			if (this.#isClosed) return;
			if (launchedCells(plan.group, client).has(cellKey(cell))) continue;
			const { teacher, language } = cell;
			try {
				await client.launchTrain(wish, join(this.#folder, plan.group, cell.file), {
					title: `${language}, ${teacher}`.slice(0, 200),
					group: plan.group,
					about: { teacher, language, evaluates: plan.evaluates },
				});
			} catch (cause) {
				refusals.set(cellKey(cell), cause instanceof Error ? cause.message : String(cause));
			}
			this.#onChange(plan.group);
		}
	}

	async #read(name: string): Promise<void> {
		const text = await readFile(join(this.#folder, name, "plan.json"), "utf8").catch(() => undefined);
		if (text === undefined) return;
		const plan = SweepPlan.safeParse(parse(text));
		if (plan.success && plan.data.group === name) this.#plans.set(name, plan.data);
	}
}

/** Cells that have a run already, or a launch whose answer is still to come. */
function launchedCells(group: string, client: TrainerClient): ReadonlySet<string> {
	const own = client.students().filter(({ run }) => run.group === group && run.kind === "train");
	const asked = client.pendingLaunches().filter(({ params }) => params.group === group);
	return new Set([...own, ...asked].map(({ about: { teacher, language } }) => JSON.stringify([teacher, language])));
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

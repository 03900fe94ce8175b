/** `polyglot train --sweep`: teachers by languages, one student each, in one group; evaluated and scored on request. */
import { join, resolve } from "node:path";
import { UserError } from "../core/problem.ts";
import type { SweepCell } from "../core/trainer/sweep.ts";
import type { TrainWish } from "../core/trainer/train-draft.ts";
import { evaluateStudent, fileScores } from "../node/evaluate-student.ts";
import { loadProject } from "../node/project-file.ts";
import { countCells } from "../node/sweep-cells.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import { TrainerSweeps } from "../node/trainer-sweeps.ts";
import type { CommandIo } from "./command.ts";
import { plain } from "./trainer-door.ts";

export interface SweepWish {
	/** As given, relative to the working directory. */
	readonly datasets: readonly string[];
	readonly wish: TrainWish;
	readonly title: string | undefined;
	readonly evaluates: boolean;
}

/** Runs of the sweep in the order of its cells, once all are final; undefined where the user went away first. */
export async function trainSweep(
	client: TrainerClient,
	{ datasets, wish, title, evaluates }: SweepWish,
	io: CommandIo,
): Promise<readonly string[] | undefined> {
	const paths = datasets.map((file) => resolve(io.cwd, file));
	const cells = await countCells(paths).catch((cause: unknown) => {
		throw new UserError("dataset-unreadable", `A dataset of the sweep cannot be read: ${String(cause)}`, { cause });
	});
	const sweeps = await TrainerSweeps.open(join(io.cwd, ".polyglot", "sweeps"), () => {});
	const named = title ?? `${wish.model.id}: ${cells.length} students`;
	const plan = await sweeps.plan({ title: named, wish, datasets: paths, cells, evaluates: false }, Date.now());
	io.stderr(`sweep ${plan.group}: ${cells.length} students, ${sum(cells)} rows`);
	await sweeps.launch(client, plan.group);
	for (const [cell, why] of sweeps.refusals(plan.group)) io.stderr(`refused ${plain(cell)}: ${plain(why)}`);
	const runs = runsOf(client, plan.group);
	if (!(await allFinal(client, runs, io))) {
		io.stderr(`sweep ${plan.group}: its runs go on at the trainer; watch one again with \`polyglot train --attach\``);
		return undefined;
	}
	if (evaluates) await evaluateAll(client, runs, io);
	return runs;
}

const sum = (cells: readonly SweepCell[]) => cells.reduce((total, { rows }) => total + rows, 0);

function runsOf(client: TrainerClient, group: string): string[] {
	const own = client.students().filter(({ run }) => run.group === group && run.kind === "train");
	return own.map(({ view }) => view.runId);
}

/** False where the user went away first. */
async function allFinal(client: TrainerClient, runs: readonly string[], io: CommandIo): Promise<boolean> {
	const told = new Set<string>();
	const tell = () => {
		const states = runs.map((runId) => client.view(runId)?.state ?? "queued");
		const counts = [...new Set(states)].map(
			(state) => `${states.filter((one) => one === state).length} ${plain(state)}`,
		);
		const line = `sweep: ${counts.join(", ")}`;
		if (told.has(line)) return;
		told.add(line);
		io.stderr(line);
	};
	const stop = client.onChange(tell);
	try {
		for (const runId of runs) await client.whenFinal(runId, io.signal);
		return true;
	} catch (cause) {
		if (io.signal.aborted) return false;
		throw cause;
	} finally {
		tell();
		stop();
	}
}

/** Students by the same settings as their base and reference; the scores go to `.polyglot/scores.jsonl`. */
async function evaluateAll(client: TrainerClient, runs: readonly string[], io: CommandIo): Promise<void> {
	const { project } = await loadProject(io.cwd);
	const settings = { references: project?.references ?? {}, benchmarks: project?.benchmarks ?? [], folder: io.cwd };
	for (const runId of runs) {
		if (client.view(runId)?.state !== "succeeded") continue;
		await evaluateStudent(client, runId, settings);
	}
	const open = client.students().filter(({ run, view }) => run.kind === "eval" && !view.isFinal);
	for (const { view } of open) await client.whenFinal(view.runId, io.signal);
	const filed = await fileScores(client, io.cwd, "cli");
	io.stderr(`${filed.length} scores filed in .polyglot/scores.jsonl`);
}

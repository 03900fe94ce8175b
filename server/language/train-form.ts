/** The training form: fits a draft to the trainer, lets it be counted before the launch, and launches it. */
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { notifications, requests } from "../core/engine-api.ts";
import { languages } from "../core/languages.ts";
import { UserError } from "../core/problem.ts";
import type { Capabilities } from "../core/trainer/objects.ts";
import { cellKey, type SweepCell } from "../core/trainer/sweep.ts";
import {
	draftKey,
	firstDraft,
	fitDraft,
	type TrainDraft,
	type TrainWish,
	wishOf,
} from "../core/trainer/train-draft.ts";
import type { TrainCheck, TrainOffer } from "../core/trainer/train-form-message.ts";
import { countCells, splitCells } from "../node/sweep-cells.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { TrainerSweeps } from "../node/trainer-sweeps.ts";
import { CountedDatasets } from "./counted-datasets.ts";
import { notify, requireFolder, respond } from "./respond.ts";
import type { TrainerFeature } from "./trainer-feature.ts";

export function trainFormRequests(feature: TrainerFeature, sweeps: () => Promise<TrainerSweeps>): void {
	const { server, connection } = feature;
	const counted = new CountedDatasets(countCells);
	const connected = async () => {
		const client = await connection.client();
		return { client, ...(await client.connect()) };
	};
	const busy = (text: string) => notify(server, notifications.trainBusy, { text });

	respond(server, requests.lookAtTraining, async ({ draft }): Promise<TrainOffer> => {
		const { server: trainer, capabilities: offer } = await connected();
		const fitted = fitDraft(draft ?? firstDraft(offer, trainer.practice), offer, trainer.practice);
		const cells = await counted.of(fitted.datasets);
		const filed = withGuess(fitted, cells);
		const { issues } = wishOf(filed);
		return {
			trainer: { name: trainer.name, isPractice: trainer.practice },
			offer,
			draft: filed,
			cells,
			issues: [...issues],
		};
	});
	respond(server, requests.checkTraining, async ({ draft }): Promise<TrainCheck> => {
		const { client, capabilities } = await connected();
		const { wish } = order(draft, capabilities);
		const of = draft.isSweep ? largest(wantedCells(draft, await counted.of(draft.datasets))) : null;
		const file = of ? await rowsOf(draft.datasets, of, requireFolder(server)) : firstOf(draft);
		const evalSha256 = await uploadHeldOut(client, draft, busy);
		busy(of ? `Uploading the largest part, ${of.teacher} in ${of.language} …` : "Uploading the dataset …");
		const { sha256 } = await client.upload(file, "sft-jsonl", progress(busy));
		const depth = capabilities.features.includes("preflightFull") ? "full" : "quick";
		busy(depth === "full" ? "The trainer counts every row …" : "The trainer estimates …");
		const spec = { ...wish, data: { ...wish.data, sha256, ...evalSha256 } };
		return { key: draftKey(draft), of, result: await client.preflight(spec, depth) };
	});
	respond(server, requests.launchTraining, async ({ draft }) => {
		const { client, capabilities } = await connected();
		const { wish } = order(draft, capabilities);
		const evalSha256 = await uploadHeldOut(client, draft, busy);
		const whole: TrainWish = { ...wish, data: { ...wish.data, ...evalSha256 } };
		busy("Uploading and launching …");
		if (draft.isSweep) return { runId: null, group: await launchSweep(await sweeps(), client, draft, whole) };
		const { teacher, language, evaluates } = draft;
		const { runId } = await client.launchTrain(whole, firstOf(draft), {
			title: draft.title || `${nameOf(language)}, ${teacher}`.slice(0, 200),
			about: { teacher, language, evaluates },
			onUpload: progress(busy),
		});
		feature.touch();
		return { runId, group: null };
	});

	async function launchSweep(
		known: TrainerSweeps,
		client: TrainerClient,
		draft: TrainDraft,
		wish: TrainWish,
	): Promise<string> {
		const { datasets, evaluates } = draft;
		const cells = wantedCells(draft, await counted.of(datasets));
		const title = draft.title || `${draft.base}: ${shapeOf(cells)}`;
		const { group } = await known.plan({ title, wish, datasets, cells, evaluates }, server.runtime.now());
		// Launched one after the other behind the answer; the panel shows how far it has come.
		void known.launch(client, group);
		return group;
	}
}

/** A file with the rows of one cell; the launch uploads the same bytes again, which costs nothing. */
async function rowsOf(paths: readonly string[], cell: SweepCell, folder: string): Promise<string> {
	const into = join(folder, ".polyglot", "cache", "sweep-check");
	await rm(into, { recursive: true, force: true });
	const names = await splitCells(paths, [cell], into);
	return join(into, names.get(cellKey(cell)) ?? "");
}

const firstOf = ({ datasets: [first = ""] }: TrainDraft) => first;
const nameOf = (code: string) => languages.find((one) => one.code === code)?.name ?? code;

function shapeOf(cells: readonly SweepCell[]): string {
	const count = (values: readonly string[], what: string) => {
		const { size } = new Set(values);
		return `${size} ${what}${size === 1 ? "" : "s"}`;
	};
	const teachers = cells.map(({ teacher }) => teacher);
	const codes = cells.map(({ language }) => language);
	return `${count(teachers, "teacher")} × ${count(codes, "language")}`;
}

/** Throws with everything that is wrong, and where the trainer lacks the disk or the mode. */
function order(draft: TrainDraft, offer: Capabilities): { readonly wish: TrainWish } {
	const { wish, issues } = wishOf(draft);
	if (!wish) throw new UserError("train-draft", issues.map(({ message }) => message).join(" "));
	if (offer.models.length === 0) throw new UserError("train-models", "The trainer offers no model; ask who runs it.");
	return { wish };
}

export function wantedCells(draft: TrainDraft, cells: readonly SweepCell[]): SweepCell[] {
	const skipped = new Set(draft.skipped);
	return cells.filter((cell) => !skipped.has(cellKey(cell)));
}

function largest(cells: readonly SweepCell[]): SweepCell {
	const [first, ...rest] = cells;
	if (!first) throw new UserError("sweep-empty", "The sweep has no teacher in any language left.");
	return rest.reduce((most, cell) => (cell.rows > most.rows ? cell : most), first);
}

/** Teacher and language of the dataset, where the rows agree and nobody wrote another. */
function withGuess(draft: TrainDraft, cells: readonly SweepCell[]): TrainDraft {
	const only = (values: readonly string[]) => (new Set(values).size === 1 ? (values[0] ?? "") : "");
	return {
		...draft,
		teacher: draft.teacher || only(cells.map(({ teacher }) => teacher)),
		language: draft.language || only(cells.map(({ language }) => language)),
	};
}

async function uploadHeldOut(
	client: TrainerClient,
	{ evalDataset }: TrainDraft,
	busy: (text: string) => void,
): Promise<{ evalSha256?: string }> {
	if (evalDataset === "") return {};
	busy(`Uploading ${basename(evalDataset)} …`);
	return { evalSha256: (await client.upload(evalDataset, "sft-jsonl", progress(busy))).sha256 };
}

const megabyte = 1e6;

function progress(busy: (text: string) => void): (stored: number, bytes: number) => void {
	return (stored, bytes) => busy(`Uploaded ${(stored / megabyte).toFixed(1)} of ${(bytes / megabyte).toFixed(1)} MB …`);
}

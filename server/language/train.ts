/** Students in training and their evaluations: what the editor asks, and what it is told as they go on. */
import { existsSync } from "node:fs";
import * as z from "zod/mini";
import { notifications, type RunSummary, requests } from "../core/engine-api.ts";
import { EvaluationAbout, findAnchor, TrainAbout } from "../core/evaluation.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import type { Download, RunPanelMessage } from "../core/trainer/panel-message.ts";
import { runPanelMessage } from "../core/trainer/panel-message-of.ts";
import type { Link } from "../core/trainer/session.ts";
import { evaluateStudent, fileScores } from "../node/evaluate-student.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { Student } from "../node/trainer-students.ts";
import { ArtifactDownloads } from "./artifact-downloads.ts";
import { Coalescer } from "./coalescer.ts";
import { EndedRuns } from "./ended-runs.ts";
import { EvaluateWhenDone } from "./evaluate-when-done.ts";
import { settingsOf } from "./evaluation-settings.ts";
import type { Feature, ServerContext } from "./feature.ts";
import { notify, requireFolder, respond } from "./respond.ts";
import { Sweeps } from "./sweeps.ts";
import { trainFormRequests } from "./train-form.ts";
import { studentsFolder, TrainerConnection } from "./trainer-connection.ts";
import type { TrainerFeature } from "./trainer-feature.ts";

/** How often a panel and the list of runs are told at most. */
const panelMs = 150;
const listMs = 500;

export const trainFeature =
	(practice: PracticeMode, version: string): Feature =>
	(server) => {
		const watched = new Set<string>();
		const ended = new EndedRuns(server, (group) => sweeps.titleOf(group));
		const evaluations = new EvaluateWhenDone(server);
		const list = new Coalescer(listMs, () => notify(server, notifications.runsChanged, {}));
		const panels = new Coalescer(panelMs, () => tellPanels());
		const touch = () => {
			list.touch();
			panels.touch();
		};
		const connection = new TrainerConnection(server, practice, version, (runId) => {
			touch();
			const { current } = connection;
			if (!current) return;
			ended.look(current, runId);
			evaluations.look(current);
			if (runId !== undefined && current.view(runId)?.isFinal) void file(server, current, version);
		});
		server.trainer = () => connection.client();
		const feature: TrainerFeature = { server, connection, version, touch };
		const sweeps = new Sweeps(feature);
		const downloads = new ArtifactDownloads(feature);
		trainFormRequests(feature, () => sweeps.open());
		const tellPanels = () => {
			const { current } = connection;
			for (const runId of watched) {
				const message = current && panelMessage(current, runId, downloads.of(runId));
				if (message) notify(server, notifications.runView, { runId, message });
			}
			sweeps.tell();
		};
		server.onShutdown(() => {
			list.stop();
			panels.stop();
		});

		respond(server, requests.connectTrainer, async () => {
			const client = await connection.client();
			const { server: trainer, capabilities } = await client.connect();
			const bases = capabilities.models
				.map(({ id }) => id)
				.filter((id) => !trainer.practice || id !== "practice-reference");
			return { isPractice: trainer.practice, name: trainer.name, bases };
		});
		respond(server, requests.evaluateStudent, async ({ runId }) => {
			const client = await connection.client();
			const run = await evaluateStudent(client, runId, settingsOf(server));
			return { runId: run.runId };
		});
		respond(server, requests.cancelRun, async ({ runId }) => {
			await (await connection.client()).cancel(runId);
			return {};
		});
		respond(server, requests.resumeRun, async ({ runId }) => {
			const client = await connection.client();
			await client.connect();
			return { runId: (await client.resume(runId)).runId };
		});
		respond(server, requests.runs, async () => {
			try {
				const client = await knownStudents(server, connection);
				if (!client) return { link: "", runs: [], sweeps: [] };
				const known = (await sweeps.open()).all().map(({ group, title }) => ({ group, title }));
				return { link: linkText(client.link), runs: summariesOf(client.students()).reverse(), sweeps: known };
			} catch (cause) {
				// Such as a practice trainer that another window has: said in the list instead of breaking it.
				if (cause instanceof UserError) return { link: cause.message, runs: [], sweeps: [] };
				throw cause;
			}
		});
		respond(server, requests.watchRun, async ({ runId }) => {
			const client = await connection.client();
			if (!client.view(runId)) await client.connect();
			const message = panelMessage(client, runId, downloads.of(runId));
			if (!message) throw new UserError("unknown-run", `There is no run ${runId} in this workspace.`);
			watched.add(runId);
			return message;
		});
		respond(server, requests.unwatchRun, ({ runId }) => {
			watched.delete(runId);
			return {};
		});
	};

/**
 * The workspace's students without waiting for the network. Runs that had not ended when the engine last saw them
 * are followed again in the background; an untrusted workspace is only looked at, which takes no client.
 */
async function knownStudents(server: ServerContext, connection: TrainerConnection): Promise<TrainerClient | undefined> {
	const folder = server.folder();
	if (connection.current) return connection.current;
	if (folder === undefined || !server.isTrusted() || !existsSync(studentsFolder(folder))) return undefined;
	const client = await connection.client();
	if (client.students().some(({ view, isGone }) => !view.isFinal && !isGone)) client.connect().catch(() => {});
	return client;
}

async function file(server: ServerContext, client: TrainerClient, version: string): Promise<void> {
	try {
		const rows = await fileScores(client, requireFolder(server), version);
		if (rows.length > 0) notify(server, notifications.scoresChanged, {});
	} catch (cause) {
		server.runtime.log(`score: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
}

/** An evaluation belongs to the sweep of the student it evaluates. */
function summariesOf(students: readonly Student[]): RunSummary[] {
	const groups = new Map(students.map(({ view, run }) => [view.runId, run.group]));
	return students.map((student) => {
		const evaluated = EvaluationAbout.safeParse(student.about).data?.student?.runId;
		return summaryOf(student, student.run.group ?? groups.get(evaluated ?? "") ?? null);
	});
}

function summaryOf({ view, run, about }: Student, group: string | null): RunSummary {
	const read = TrainAbout.safeParse(about);
	const evaluated = EvaluationAbout.safeParse(about);
	return {
		runId: view.runId,
		title: view.title,
		kind: run.kind,
		state: view.state ?? run.state,
		isFinal: view.isFinal,
		step: view.progress?.step ?? 0,
		totalSteps: view.progress?.totalSteps ?? null,
		isPractice: view.isPractice,
		language: read.data?.language ?? evaluated.data?.language ?? null,
		group,
	};
}

function panelMessage(client: TrainerClient, runId: string, downloads: Download[]): RunPanelMessage | undefined {
	const students = client.students();
	const student = students.find(({ view }) => view.runId === runId);
	if (!student) return undefined;
	const others = students.filter((other) => isComparable(student, other)).map(({ view }) => view);
	return runPanelMessage(student.view, client.link, {
		anchors: anchorResults(client, student),
		others: others.reverse(),
		downloads,
	});
}

/** Curves of other bases or languages have another scale. */
function isComparable(student: Student, other: Student): boolean {
	const [own, its] = [TrainAbout.safeParse(student.about), TrainAbout.safeParse(other.about)];
	return (
		other !== student &&
		other.run.kind === "train" &&
		other.view.metrics.length > 0 &&
		own.data?.language === its.data?.language &&
		modelOf(student) === modelOf(other)
	);
}

const ModelSpec = z.object({ model: z.object({ id: z.string() }) });
const modelOf = ({ run }: Student) => ModelSpec.safeParse(run.spec).data?.model.id;

function anchorResults(client: TrainerClient, { about }: Student): RunPanelMessage["anchors"] {
	const read = EvaluationAbout.safeParse(about);
	if (!read.success || !read.data.student) return [];
	const { settings, student } = read.data;
	const named = [
		{ name: "base", model: student.base },
		{ name: "reference", model: student.reference },
	];
	return named.flatMap(({ name, model }) => {
		const found = model === null ? undefined : findAnchor(client.students(), model, settings);
		return found ? [{ name, results: [...found.view.results] }] : [];
	});
}

/** A line above the list of runs; empty while there is nothing to say. */
function linkText(link: Link): string {
	if (link.state === "waiting") return `No link to the trainer, trying again: ${link.why}`;
	return link.state === "stopped" ? `No link to the trainer: ${link.why}` : "";
}

/** Sweeps as the editor sees them: the grid of one group, and what can be done with all of it. */
import { join } from "node:path";
import { notifications, requests } from "../core/engine-api.ts";
import { shownLink } from "../core/trainer/panel-message-of.ts";
import { gridOf, readWish, type SweepGridCell } from "../core/trainer/sweep.ts";
import type { SweepPanelMessage } from "../core/trainer/sweep-message.ts";
import { evaluateStudent } from "../node/evaluate-student.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import { TrainerSweeps } from "../node/trainer-sweeps.ts";
import { settingsOf } from "./evaluation-settings.ts";
import { notify, requireFolder, respond } from "./respond.ts";
import type { TrainerFeature } from "./trainer-feature.ts";

export class Sweeps {
	readonly #feature: TrainerFeature;
	readonly #watched = new Set<string>();
	#opening: Promise<TrainerSweeps> | undefined;
	#opened: TrainerSweeps | undefined;

	constructor(feature: TrainerFeature) {
		this.#feature = feature;
		const { server } = feature;
		server.onShutdown(() => this.#opened?.close());
		respond(server, requests.watchSweep, async ({ group }) => {
			const message = this.#message(await this.open(), await feature.connection.client(), group);
			this.#watched.add(group);
			return message;
		});
		respond(server, requests.unwatchSweep, ({ group }) => {
			this.#watched.delete(group);
			return {};
		});
		respond(server, requests.launchSweep, async ({ group }) => {
			const client = await feature.connection.client();
			await client.connect();
			void (await this.open()).launch(client, group);
			return {};
		});
		respond(server, requests.evaluateSweep, ({ group }) => this.#evaluate(group));
		respond(server, requests.cancelSweep, ({ group }) => this.#cancel(group));
	}

	/** Read from disk once; needs a folder, no network. */
	open(): Promise<TrainerSweeps> {
		this.#opening ??= TrainerSweeps.open(join(requireFolder(this.#feature.server), ".polyglot", "sweeps"), () =>
			this.#feature.touch(),
		).then((sweeps) => {
			this.#opened = sweeps;
			return sweeps;
		});
		return this.#opening;
	}

	/** Undefined while there are students to launch. */
	titleOf(group: string): string | undefined {
		if (this.#opened?.isLaunching(group)) return undefined;
		return this.#opened?.all().find((plan) => plan.group === group)?.title ?? group;
	}

	/** Sends every open grid as it is now. */
	tell(): void {
		const { connection, server } = this.#feature;
		const [client, sweeps] = [connection.current, this.#opened];
		if (!client || !sweeps) return;
		for (const group of this.#watched) {
			notify(server, notifications.runView, { runId: group, message: this.#message(sweeps, client, group) });
		}
	}

	async #evaluate(group: string): Promise<{ launched: number }> {
		const { connection, server } = this.#feature;
		const client = await connection.client();
		await client.connect();
		const due = cellsOf(await this.open(), client, group).filter(
			({ state, evaluation }) => state === "succeeded" && (evaluation === null || hasFailed(evaluation.state)),
		);
		for (const { runId } of due) if (runId) await evaluateStudent(client, runId, settingsOf(server));
		return { launched: due.length };
	}

	async #cancel(group: string): Promise<Record<string, never>> {
		const client = await this.#feature.connection.client();
		await client.connect();
		for (const { runId, isFinal } of cellsOf(await this.open(), client, group)) {
			if (runId && !isFinal) await client.cancel(runId);
		}
		return {};
	}

	#message(sweeps: TrainerSweeps, client: TrainerClient, group: string): SweepPanelMessage {
		const plan = sweeps.get(group);
		const isPractice = client.students().some(({ run, view }) => run.group === group && view.isPractice);
		return {
			type: "sweep",
			link: shownLink(client.link),
			view: {
				group,
				title: plan.title,
				base: readWish(plan).model.id,
				isPractice,
				cells: cellsOf(sweeps, client, group),
				isLaunching: sweeps.isLaunching(group),
			},
		};
	}
}

const hasFailed = (state: string) => state === "failed" || state === "cancelled";

function cellsOf(sweeps: TrainerSweeps, client: TrainerClient, group: string): SweepGridCell[] {
	return gridOf(sweeps.get(group), client.students(), sweeps.refusals(group));
}

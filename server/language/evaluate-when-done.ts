/** Students that were ordered with their evaluation get it when their training has succeeded, also after a restart. */
import { MessageType, ShowMessageNotification } from "vscode-languageserver/node";
import * as z from "zod/mini";
import { evaluateStudent } from "../node/evaluate-student.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { Student } from "../node/trainer-students.ts";
import { settingsOf } from "./evaluation-settings.ts";
import type { ServerContext } from "./feature.ts";

const Ordered = z.object({ evaluates: z.literal(true) });
const Evaluates = z.object({ student: z.object({ runId: z.string() }) });

export class EvaluateWhenDone {
	readonly #server: ServerContext;
	/** Runs this process has tried: one that cannot be evaluated is said once. */
	readonly #tried = new Set<string>();
	readonly #told = new Set<string>();
	#turn: Promise<void> = Promise.resolve();

	constructor(server: ServerContext) {
		this.#server = server;
	}

	/** Looks for students that are due; safe to call on every change. */
	look(client: TrainerClient): void {
		if (client.link.state !== "ready") return;
		const students = client.students();
		for (const student of students) {
			const { runId } = student.view;
			if (this.#tried.has(runId) || !isDue(student) || isEvaluated(runId, client)) continue;
			this.#tried.add(runId);
			this.#turn = this.#turn.then(() => this.#evaluate(client, student));
		}
	}

	async #evaluate(client: TrainerClient, { view: { runId, title } }: Student): Promise<void> {
		try {
			// A launch of an earlier process may have been answered meanwhile.
			if (!isEvaluated(runId, client)) await evaluateStudent(client, runId, settingsOf(this.#server));
		} catch (cause) {
			const why = cause instanceof Error ? cause.message : String(cause);
			this.#server.runtime.log(`evaluate ${runId}: ${why}`);
			// A sweep would say the same of every student.
			if (this.#told.has(why)) return;
			this.#told.add(why);
			const message = `${title} is trained, but was not evaluated: ${why}`;
			void this.#server.connection.sendNotification(ShowMessageNotification.type, {
				type: MessageType.Warning,
				message,
			});
		}
	}
}

function isDue({ view, run, about, isGone }: Student): boolean {
	return run.kind === "train" && view.state === "succeeded" && !isGone && Ordered.safeParse(about).success;
}

/** An evaluation that failed was tried: a person decides about the next. */
function isEvaluated(runId: string, client: TrainerClient): boolean {
	const known = [...client.students(), ...client.pendingLaunches()];
	return known.some(({ about }) => Evaluates.safeParse(about).data?.student.runId === runId);
}

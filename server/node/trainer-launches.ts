/** Launches over an unreliable link: stored before they are sent, repeated with their own key until answered. */
import { randomUUID } from "node:crypto";
import { TrainerError } from "../core/trainer/errors.ts";
import type { Run } from "../core/trainer/objects.ts";
import type { TrainerLink } from "./trainer-link.ts";
import { asUserError } from "./trainer-refusal.ts";
import type { Launch, TrainerStudents } from "./trainer-students.ts";

/** A launch whose outcome stayed unknown is repeated for this long; later it would surprise. */
const repeatWithinMs = 24 * 3600 * 1000;

/** Takes in a run that the trainer told of. */
export type Keep = (run: Run, about?: Launch["about"]) => Promise<Run>;

export class TrainerLaunches {
	readonly #link: TrainerLink;
	readonly #students: TrainerStudents;
	readonly #now: () => number;
	readonly #keep: Keep;
	/** Keys of launches this process is asking about already. */
	readonly #asking = new Set<string>();

	constructor(link: TrainerLink, students: TrainerStudents, now: () => number, keep: Keep) {
		this.#link = link;
		this.#students = students;
		this.#now = now;
		this.#keep = keep;
	}

	/** Key and params are on disk before the first byte leaves, so a crash can be asked about afterwards. */
	async intend(method: Launch["method"], params: Record<string, unknown>, about: Launch["about"]): Promise<Run> {
		await this.#link.whenReady({ isPatient: true });
		const { serverId } = this.#link.origin;
		const at = new Date(this.#now()).toISOString();
		const launch: Launch = { key: randomUUID(), method, params, about, serverId, at };
		await this.#students.intend(launch);
		return this.#send(launch);
	}

	/** Launches an earlier process could not finish are asked about with their own key. */
	async repeatPending(onFailure: (cause: unknown) => void): Promise<void> {
		for (const launch of this.#students.pending()) {
			if (launch.serverId !== this.#link.origin.serverId || this.#asking.has(launch.key)) continue;
			if (this.#now() - Date.parse(launch.at) > repeatWithinMs) {
				await this.#students.settle(launch.key, { refused: "too_old" });
			} else await this.#send(launch).catch(onFailure);
		}
	}

	async #send({ key, method, params, about }: Launch): Promise<Run> {
		this.#asking.add(key);
		try {
			const result = await this.#link.persist(method, { idempotencyKey: key, ...params } as never);
			const { run } = result as { run: Run };
			const kept = await this.#keep(run, about);
			await this.#students.settle(key, { runId: run.runId });
			return kept;
		} catch (cause) {
			if (cause instanceof TrainerError) await this.#students.settle(key, { refused: cause.code });
			throw asUserError(cause);
		} finally {
			this.#asking.delete(key);
		}
	}
}

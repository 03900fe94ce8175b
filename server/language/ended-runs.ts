/** Tells of each end once, and not of ends that were known when the engine started; of a sweep once, when all is done. */
import { notifications } from "../core/engine-api.ts";
import { EvaluationAbout } from "../core/evaluation.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { Student } from "../node/trainer-students.ts";
import type { ServerContext } from "./feature.ts";
import { notify } from "./respond.ts";

export class EndedRuns {
	readonly #server: ServerContext;
	/** Undefined while the sweep still has students to launch. */
	readonly #titleOf: (group: string) => string | undefined;
	readonly #open = new Set<string>();

	constructor(server: ServerContext, titleOf: (group: string) => string | undefined) {
		this.#server = server;
		this.#titleOf = titleOf;
	}

	look(client: TrainerClient, runId: string | undefined): void {
		const students = client.students();
		const student = students.find(({ view }) => view.runId === runId);
		if (!student || runId === undefined) return;
		const about = EvaluationAbout.safeParse(student.about).data;
		// Nobody asked for the evaluation of an anchor by itself.
		if (about?.evaluates === "anchor") return;
		const { view, run } = student;
		const evaluated = students.find((one) => one.view.runId === about?.student?.runId);
		const group = run.group ?? evaluated?.run.group ?? null;
		if (group !== null) this.#lookAtSweep(group, students);
		else if (this.#hasJustEnded(runId, view.isFinal)) {
			const { title, state, reason } = view;
			notify(this.#server, notifications.runEnded, { runId, title, state: state ?? "ended", reason });
		}
	}

	#lookAtSweep(group: string, students: readonly Student[]): void {
		const own = students.filter(({ run }) => run.group === group && run.kind === "train");
		const title = this.#titleOf(group);
		const isOver = title !== undefined && own.every(({ view }) => view.isFinal);
		if (!this.#hasJustEnded(`sweep ${group}`, isOver)) return;
		const states = own.map(({ view }) => view.state ?? "ended");
		const counts = [...new Set(states)].map((state) => `${states.filter((one) => one === state).length} ${state}`);
		notify(this.#server, notifications.sweepEnded, { group, title: title ?? group, counts: counts.join(", ") });
	}

	#hasJustEnded(name: string, isOver: boolean): boolean {
		if (isOver) return this.#open.delete(name);
		this.#open.add(name);
		return false;
	}
}

/** One teacher's share of a run by batch files: many requests at once, cheaper and slower, at the provider even while nobody runs. */
import { randomUUID } from "node:crypto";
import type { BatchGroup } from "../core/generate/batch-records.ts";
import { type CellProgress, nextCell } from "../core/generate/cell-progress.ts";
import type { EndpointTeacher } from "../core/generate/run-records.ts";
import { mostCost } from "./generate-attempt.ts";
import { BatchLeft } from "./generate-batch.ts";
import { BatchFollower, type BatchLaneOptions, type Members, namesOf } from "./generate-batch-follow.ts";
import type { Pending, RunLane, RunWork } from "./generate-work.ts";

/** Well below OpenAI's bounds of 50,000 requests and 200 MB a file, so that a file is built in memory. */
const mostRequests = 5_000;
/** Batches of a teacher at the provider at once; an assumption. */
const mostOpen = 4;

interface OpenBatch {
	readonly count: number;
	/** What the provider last said of it. */
	said: string | null;
}

export class BatchLane implements RunLane {
	readonly teacher: EndpointTeacher;
	readonly cells: readonly CellProgress[];
	readonly #work: RunWork;
	readonly #options: BatchLaneOptions;
	readonly #ready: Pending[];
	/** Batches under way by group, with what the provider last said of them. */
	readonly #open = new Map<string, OpenBatch>();
	/** Groups of an earlier session, to be followed from where they stand. */
	readonly #found: { readonly group: BatchGroup; readonly pending: Members }[];
	readonly #stopping = new AbortController();
	readonly #follower: BatchFollower;
	#isForming = false;
	#isEnded = false;
	#end: () => void = () => {};
	readonly ended: Promise<void>;

	constructor(
		teacher: EndpointTeacher,
		cells: readonly CellProgress[],
		pending: readonly Pending[],
		work: RunWork,
		options: BatchLaneOptions,
	) {
		this.teacher = teacher;
		this.cells = cells;
		this.#work = work;
		this.#options = options;
		this.#follower = new BatchFollower(teacher, work, options, this.#stopping.signal);
		const groups = options.log.openOf(teacher.name);
		this.#found = groups.map((group) => ({ group, pending: memberOf(group, pending) }));
		const away = new Set(this.#found.flatMap((found) => found.pending));
		this.#ready = pending.filter((one) => !away.has(one));
		this.ended = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	get inFlight(): number {
		return [...this.#open.values()].reduce((sum, { count }) => sum + count, 0);
	}

	get limit(): number {
		return this.inFlight;
	}

	get waiting(): string | null {
		const said = [...this.#open.values()].flatMap((batch) => batch.said ?? []);
		return said.length > 0 ? said.join(", ") : null;
	}

	pump(): void {
		if (this.#isEnded || this.#isForming) return;
		for (const { group, pending } of this.#found.splice(0)) this.#start(group, pending, this.#taken(pending));
		while (!this.#isClosed && this.#open.size < mostOpen) {
			const { requests, moneys } = this.#formed();
			if (requests.length === 0) break;
			const group = { group: randomUUID(), teacher: this.teacher.name, requests: namesOf(requests) };
			this.#start(group, requests, moneys);
		}
		if (this.#work.isStopping) this.#stopping.abort();
		if (this.#open.size === 0 && (this.#isClosed || (this.#ready.length === 0 && !nextCell(this.cells))))
			this.#finish();
	}

	/** Nothing new goes out. */
	get #isClosed(): boolean {
		return this.#work.isStopping || this.#options.cancelOpen === true;
	}

	#finish(): void {
		this.#isEnded = true;
		this.#end();
		if (this.#options.cancelOpen && !this.#work.isStopping)
			this.#work.stop("The open batches were cancelled; what they had answered by then is kept. Resume to go on.");
	}

	/** As many requests as one batch holds and the budget allows. */
	#formed(): { readonly requests: Pending[]; readonly moneys: number[] } {
		const requests: Pending[] = [];
		const moneys: number[] = [];
		this.#isForming = true;
		while (requests.length < mostRequests) {
			const next = this.#ready.shift() ?? this.#planned();
			if (!next) break;
			const money = this.#work.setAside(this.teacher, next);
			if (money === null) {
				this.#ready.unshift(next);
				break;
			}
			requests.push(next);
			moneys.push(money);
		}
		this.#isForming = false;
		return { requests, moneys };
	}

	#planned(): Pending | undefined {
		const cell = nextCell(this.cells);
		if (!cell) return undefined;
		const line = this.#work.plan(this.teacher, cell);
		cell.outstanding += 1;
		return { line, cell, earlier: [] };
	}

	/** What is at the provider already can't be held back any more. */
	#taken(members: Members): number[] {
		const { purse } = this.#work;
		const moneys = members.map((one) => (one ? mostCost(purse, this.teacher, one, this.#work) : 0));
		for (const money of moneys) purse.take(money);
		return moneys;
	}

	/** `moneys` is put aside for the members until the whole batch is settled. */
	#start(group: BatchGroup, members: Members, moneys: readonly number[]): void {
		const open: OpenBatch = { count: members.filter(Boolean).length, said: null };
		this.#open.set(group.group, open);
		const said = (text: string) => {
			open.said = text;
		};
		void this.#follower
			.follow(group, members, said)
			.then((again) => this.#ready.push(...again))
			.catch((cause: unknown) => {
				if (!(cause instanceof BatchLeft) && !this.#work.signal.aborted) this.#work.fail(cause);
			})
			.finally(() => {
				this.#open.delete(group.group);
				this.#work.putBack(moneys);
				this.pump();
			});
	}
}

/** The pending request at each place of the group; undefined where it was settled before. */
function memberOf({ requests }: BatchGroup, pending: readonly Pending[]): Members {
	const byKey = new Map(pending.map((one) => [one.line.key, one]));
	return requests.map(({ key, attempt }) => {
		const one = byKey.get(key);
		return one && one.earlier.length + 1 === attempt ? one : undefined;
	});
}

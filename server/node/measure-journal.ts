/**
 * What a measurement asked and what it cost, attempt by attempt: `.polyglot/measurements/<id>/`. A measurement that was
 * killed goes on with what it had spent; nothing that was settled is asked again.
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { Outcome } from "../core/generate/attempt-policy.ts";
import { redact } from "../core/generate/redact.ts";
import { costOf } from "../core/generate/spending.ts";
import type { Budget, Price } from "../core/project.ts";
import { Usage } from "../core/sample-row.ts";
import { JsonlLog } from "./jsonl-log.ts";

/** One attempt. Not what was asked or answered: values are in the cache, by the key. */
export const MeasureAttempt = z.object({
	key: z.string(),
	backend: z.string(),
	kind: z.enum(["embed", "rate", "score"]),
	/** From 1. */
	attempt: z.int(),
	outcome: Outcome,
	verdict: z.enum(["kept", "again", "dropped"]),
	reason: z.nullable(z.string()),
	usage: z.nullable(Usage),
	/** Usage is our own count, as the server gave none. */
	isEstimated: z.boolean(),
	status: z.nullable(z.int()),
	latencyMs: z.int(),
	/** Null where the backend has no price. */
	cost: z.nullable(z.object({ currency: z.string(), amount: z.number() })),
});
export type MeasureAttempt = z.infer<typeof MeasureAttempt>;

const SessionEvent = z.looseObject({ type: z.string() });

/** What is known about a request that has no value. */
export interface Settled {
	/** Answers that could not be read; they were paid for, and count. */
	readonly earlier: readonly Outcome[];
	/** Null while another attempt is due. */
	readonly failure: string | null;
}

export interface JournalOptions {
	/** Workspace folder. */
	readonly folder: string;
	/** Hash of what is measured and how. */
	readonly id: string;
	/** What was asked, for whoever reads the folder. Never a key. */
	readonly manifest: Readonly<Record<string, unknown>>;
	readonly budget: Budget | undefined;
}

/** Where lanes find the journal of the measurement under way; before one, as in an estimate, there is none. */
export interface JournalSlot {
	current: MeasureJournal | null;
}

export const measurementFolder = (folder: string, id: string): string => join(folder, ".polyglot", "measurements", id);

export class MeasureJournal {
	readonly #attempts: JsonlLog;
	readonly #events: JsonlLog;
	readonly #settled: Map<string, Settled>;
	readonly #spent: Record<string, number>;
	readonly budget: Budget | undefined;
	/** Money of what is on the wire, as expected. */
	#onTheWire = 0;
	#count = 0;

	private constructor(
		attempts: JsonlLog,
		events: JsonlLog,
		before: { readonly settled: Map<string, Settled>; readonly spent: Record<string, number> },
		budget: Budget | undefined,
	) {
		this.#attempts = attempts;
		this.#events = events;
		this.#settled = before.settled;
		this.#spent = before.spent;
		this.budget = budget;
	}

	static async open({ folder, id, manifest, budget }: JournalOptions): Promise<MeasureJournal> {
		const path = measurementFolder(folder, id);
		await mkdir(path, { recursive: true });
		await writeFile(join(path, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
		let goesOn = false;
		const events = await JsonlLog.open(join(path, "events.jsonl"), (line) => {
			const event = SessionEvent.safeParse(parsed(line)).data;
			if (event?.type === "start") goesOn = true;
			if (event?.type === "done") goesOn = false;
		});
		const before = { settled: new Map<string, Settled>(), spent: {} as Record<string, number> };
		const attempts = await openAttempts(path, goesOn, before);
		const journal = new MeasureJournal(attempts, events, before, budget);
		await journal.event({ type: "start", pid: process.pid, goesOn });
		return journal;
	}

	/** By currency; what was on the wire when a process was killed is not in it. */
	get spent(): Readonly<Record<string, number>> {
		return this.#spent;
	}

	/** Attempts of this process. */
	get attempts(): number {
		return this.#count;
	}

	/** What earlier processes of this measurement found about a request. */
	settled(key: string): Settled | undefined {
		return this.#settled.get(key);
	}

	/** Reserves the money; false where the budget does not allow another request. */
	reserve(price: Price | undefined, amount: number): boolean {
		if (!this.budget || !price) return true;
		const spent = this.#spent[this.budget.currency] ?? 0;
		if (spent + this.#onTheWire + amount > this.budget.amount) return false;
		this.#onTheWire += amount;
		return true;
	}

	/** Resolves once the attempt is on disk. `reserved` is what `reserve` was asked for. */
	async settle(line: MeasureAttempt, reserved: number): Promise<void> {
		this.#count += 1;
		this.release(reserved);
		take(line, this.#settled, this.#spent);
		await this.#attempts.append({ ...line, reason: line.reason === null ? null : redact(line.reason) });
	}

	/** Gives back what was reserved for a request that came to nothing. */
	release(reserved: number): void {
		if (this.budget) this.#onTheWire = Math.max(0, this.#onTheWire - reserved);
	}

	async event(event: Readonly<Record<string, unknown>> & { readonly type: string }): Promise<void> {
		await this.#events.append({ at: new Date().toISOString(), ...event });
	}

	/** `isDone`: the next measurement of this kind starts afresh, and asks again about what failed. */
	async close(isDone: boolean): Promise<void> {
		await this.event({ type: isDone ? "done" : "stopped", spent: this.#spent });
		await this.#attempts.close();
		await this.#events.close();
	}
}

async function openAttempts(
	path: string,
	goesOn: boolean,
	{ settled, spent }: { settled: Map<string, Settled>; spent: Record<string, number> },
): Promise<JsonlLog> {
	const file = join(path, "journal.jsonl");
	if (!goesOn) {
		await rename(file, join(path, `journal-${Date.now()}.jsonl`)).catch(() => {});
		return JsonlLog.open(file);
	}
	return JsonlLog.open(file, (text) => {
		const line = MeasureAttempt.safeParse(parsed(text));
		if (line.success) take(line.data, settled, spent);
	});
}

function take(line: MeasureAttempt, settled: Map<string, Settled>, spent: Record<string, number>): void {
	const { key, verdict, outcome, reason, cost } = line;
	// A fault that may pass is worth another try after a restart; what was answered badly was answered.
	const isAnswer = outcome === "invalid" || outcome === "rejected";
	if (verdict === "kept") settled.delete(key);
	else if (isAnswer) {
		const earlier = [...(settled.get(key)?.earlier ?? []), outcome];
		settled.set(key, { earlier, failure: verdict === "dropped" ? (reason ?? outcome) : null });
	}
	if (cost) spent[cost.currency] = (spent[cost.currency] ?? 0) + cost.amount;
}

/** Money for a usage; null without a price. */
export function attemptCost(price: Price | undefined, usage: Usage | null): MeasureAttempt["cost"] {
	if (!price || !usage) return null;
	return { currency: price.currency, amount: costOf(price, usage.promptTokens, usage.completionTokens) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Answers that earlier runs of the workspace already have, found by content key, so that nothing is paid for twice. */
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { JournalLine } from "../core/generate/run-records.ts";
import { runFolder, runIds } from "./generate-folder.ts";
import { shortHash } from "./generate-plans.ts";
import { readLine } from "./generate-read.ts";

interface Place {
	readonly run: string;
	readonly start: number;
	readonly length: number;
}

export interface EarlierAnswer {
	readonly runId: string;
	readonly line: JournalLine;
}

const newline = 10;
/** How a journal line begins; the key is read without parsing the answer. */
const head = '{"key":"';
const keyLength = 64;

export class EarlierAnswers {
	readonly #folder: string;
	/** By the first 52 bits of the key; the whole key is compared when the line is read. */
	readonly #places = new Map<number, Place>();
	readonly #files = new Map<string, Promise<FileHandle>>();

	private constructor(folder: string) {
		this.#folder = folder;
	}

	/** Indexes the journals of all runs but one. Later answers win. */
	static async open(folder: string, exceptRun: string): Promise<EarlierAnswers> {
		const answers = new EarlierAnswers(folder);
		for (const id of await runIds(folder)) if (id !== exceptRun) await answers.#index(id).catch(() => {});
		return answers;
	}

	get size(): number {
		return this.#places.size;
	}

	async find(key: string): Promise<EarlierAnswer | undefined> {
		const place = this.#places.get(shortHash(key));
		if (!place) return undefined;
		const bytes = Buffer.alloc(place.length);
		await (await this.#file(place.run)).read(bytes, 0, place.length, place.start);
		const line = readLine(JournalLine, bytes.toString("utf8"));
		return line?.key === key && line.answer !== null ? { runId: place.run, line } : undefined;
	}

	async close(): Promise<void> {
		await Promise.all([...this.#files.values()].map(async (file) => (await file).close()));
	}

	/** One handle a journal, also for reads that come at once. */
	#file(run: string): Promise<FileHandle> {
		const known = this.#files.get(run);
		if (known !== undefined) return known;
		const opened = open(this.#journal(run), "r");
		this.#files.set(run, opened);
		return opened;
	}

	#journal(run: string): string {
		return join(runFolder(this.#folder, run), "journal.jsonl");
	}

	async #index(run: string): Promise<void> {
		let carried: Buffer = Buffer.alloc(0);
		let start = 0;
		for await (const chunk of createReadStream(this.#journal(run))) {
			const bytes: Buffer = Buffer.concat([carried, chunk as Buffer]);
			let from = 0;
			for (let to = bytes.indexOf(newline); to !== -1; to = bytes.indexOf(newline, from)) {
				this.#remember(bytes.subarray(from, to), { run, start: start + from, length: to - from });
				from = to + 1;
			}
			carried = bytes.subarray(from);
			start += from;
		}
	}

	#remember(line: Buffer, place: Place): void {
		if (line.toString("latin1", 0, head.length) !== head || !line.includes('"outcome":"answered"')) return;
		this.#places.set(shortHash(line.toString("latin1", head.length, head.length + keyLength)), place);
	}
}

/** `.polyglot/seen.jsonl`: which samples somebody here has looked at, by content. Personal, unlike `review.jsonl`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { sampleKey } from "../core/decisions.ts";
import { JsonlLog } from "./jsonl-log.ts";

const SeenLine = z.object({ sample: z.string(), at: z.string() });

export class SeenFile {
	readonly #path: string;
	readonly #keys: Set<number>;
	#log: Promise<JsonlLog> | undefined;

	private constructor(path: string, keys: Set<number>) {
		this.#path = path;
		this.#keys = keys;
	}

	/** Reads what was seen before; creates nothing until something is. A line that says nothing is passed over. */
	static async open(folder: string): Promise<SeenFile> {
		const path = join(folder, ".polyglot", "seen.jsonl");
		const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
			if (cause.code === "ENOENT") return "";
			throw cause;
		});
		return new SeenFile(path, new Set(text.split("\n").flatMap(keyIn)));
	}

	has(key: number): boolean {
		return this.#keys.has(key);
	}

	/** Resolves once it is on disk. */
	async add(key: number, at: string): Promise<void> {
		if (this.#keys.has(key)) return;
		this.#keys.add(key);
		this.#log ??= JsonlLog.open(this.#path);
		await (await this.#log).append({ sample: sampleKey(key), at });
	}

	async close(): Promise<void> {
		await (await this.#log)?.close();
	}
}

function keyIn(line: string): number[] {
	try {
		return [Number.parseInt(SeenLine.parse(JSON.parse(line)).sample, 36)];
	} catch {
		return [];
	}
}

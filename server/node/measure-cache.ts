/** Values an endpoint measured, kept by the content they were measured on, so that one edited line costs one call. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod/mini";
import { canonicalJson } from "../core/generate/canonical-json.ts";
import { JsonlLog } from "./jsonl-log.ts";

const Line = z.object({ key: z.string(), value: z.unknown() });

/** Where a workspace keeps what was measured. */
export const cachePath = (folder: string, name: string): string => join(folder, ".polyglot", "cache", `${name}.jsonl`);

/** SHA-256 of all a value depends on: metric, model, origin, parameters, texts. */
export function contentKey(content: unknown): string {
	return createHash("sha256").update(canonicalJson(content)).digest("hex");
}

export interface CacheCodec<Value> {
	/** Undefined for a line that holds no such value; it is measured again. */
	read(stored: unknown): Value | undefined;
	write(value: Value): unknown;
}

export class MeasureCache<Value> {
	readonly #log: JsonlLog;
	readonly #values: Map<string, Value>;
	readonly #codec: CacheCodec<Value>;

	private constructor(log: JsonlLog, values: Map<string, Value>, codec: CacheCodec<Value>) {
		this.#log = log;
		this.#values = values;
		this.#codec = codec;
	}

	static async open<Value>(path: string, codec: CacheCodec<Value>): Promise<MeasureCache<Value>> {
		const values = new Map<string, Value>();
		const log = await JsonlLog.open(path, (text) => {
			const line = Line.safeParse(parsed(text));
			const value = line.success ? codec.read(line.data.value) : undefined;
			if (line.success && value !== undefined) values.set(line.data.key, value);
		});
		return new MeasureCache(log, values, codec);
	}

	get size(): number {
		return this.#values.size;
	}

	get(key: string): Value | undefined {
		return this.#values.get(key);
	}

	/** Resolves once the value is on disk: what was paid for is never paid for again. */
	async keep(key: string, value: Value): Promise<void> {
		this.#values.set(key, value);
		await this.#log.append({ key, value: this.#codec.write(value) });
	}

	close(): Promise<void> {
		return this.#log.close();
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const StoredVector = z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/));

/** float32, little-endian, in base64. */
export const vectorCodec: CacheCodec<Float32Array> = {
	read(stored) {
		const text = StoredVector.safeParse(stored);
		if (!text.success) return undefined;
		const bytes = Buffer.from(text.data, "base64");
		if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
		const vector = Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
		return vector.every(Number.isFinite) ? vector : undefined;
	},
	write(vector) {
		const bytes = Buffer.allocUnsafe(vector.length * 4);
		for (const [at, number] of vector.entries()) bytes.writeFloatLE(number, at * 4);
		return bytes.toString("base64");
	},
};

/** A value that is stored as the schema has it. */
export function schemaCodec<S extends z.ZodMiniType>(schema: S): CacheCodec<z.infer<S>> {
	return {
		read(stored) {
			const value = z.safeParse(schema, stored);
			return value.success ? value.data : undefined;
		},
		write: (value) => value,
	};
}

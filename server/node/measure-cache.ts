/**
 * Values an endpoint measured, kept by the content they were measured on, so that one edited line costs one call. On disk;
 * in memory there is an index, and as many values as fit into a fixed room.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
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
	/** Bytes the value takes in memory, about. */
	size(value: Value): number;
}

interface Place {
	readonly start: number;
	readonly length: number;
}

/** Holds 16,384 vectors of 4,096 numbers, more than the largest sample of the paper. */
const defaultRoom = 256 << 20;
/** How every line begins; the key is read without parsing the value. */
const head = /^\{"key":"([0-9a-f]{64})"/;

export class MeasureCache<Value> {
	readonly #log: JsonlLog;
	readonly #file: FileHandle;
	/** By the first 52 bits of the key; the whole key is compared when a line is read. */
	readonly #places: Map<number, Place>;
	readonly #codec: CacheCodec<Value>;
	readonly #room: number;
	/** Least recently used first. */
	readonly #kept = new Map<string, { readonly value: Value; readonly size: number }>();
	#keptBytes = 0;
	#end: number;

	private constructor(
		log: JsonlLog,
		file: FileHandle,
		places: Map<number, Place>,
		codec: CacheCodec<Value>,
		end: number,
		room: number,
	) {
		this.#log = log;
		this.#file = file;
		this.#places = places;
		this.#codec = codec;
		this.#end = end;
		this.#room = room;
	}

	/** `room`: bytes of values held in memory. */
	static async open<Value>(path: string, codec: CacheCodec<Value>, room = defaultRoom): Promise<MeasureCache<Value>> {
		const places = new Map<number, Place>();
		const log = await JsonlLog.open(path, (line, _number, start) => {
			const key = head.exec(line)?.[1];
			if (key !== undefined) places.set(shortKey(key), { start, length: Buffer.byteLength(line) });
		});
		const { size } = await stat(path);
		return new MeasureCache(log, await open(path, "r"), places, codec, size, room);
	}

	/** Values on disk. */
	get size(): number {
		return this.#places.size;
	}

	/** Bytes of values in memory. */
	get bytesKept(): number {
		return this.#keptBytes;
	}

	/** Whether there is, as far as the index says, a value; an unreadable one is found out when it is read. */
	has(key: string): boolean {
		return this.#places.has(shortKey(key));
	}

	/** The value where it is in memory. */
	peek(key: string): Value | undefined {
		const kept = this.#kept.get(key);
		if (!kept) return undefined;
		this.#kept.delete(key);
		this.#kept.set(key, kept);
		return kept.value;
	}

	async get(key: string): Promise<Value | undefined> {
		const kept = this.peek(key);
		if (kept !== undefined) return kept;
		const place = this.#places.get(shortKey(key));
		if (!place) return undefined;
		const value = await this.#read(key, place);
		if (value === undefined) this.#places.delete(shortKey(key));
		else this.#remember(key, value);
		return value;
	}

	/** Resolves once the value is on disk: what was paid for is never paid for again. */
	async keep(key: string, value: Value): Promise<void> {
		const row = { key, value: this.#codec.write(value) };
		const length = Buffer.byteLength(JSON.stringify(row));
		const place = { start: this.#end, length };
		this.#end += length + 1;
		this.#remember(key, value);
		await this.#log.append(row);
		this.#places.set(shortKey(key), place);
	}

	async close(): Promise<void> {
		await this.#log.close();
		await this.#file.close();
	}

	async #read(key: string, { start, length }: Place): Promise<Value | undefined> {
		const bytes = Buffer.alloc(length);
		await this.#file.read(bytes, 0, length, start);
		const line = Line.safeParse(parsed(bytes.toString("utf8")));
		return line.success && line.data.key === key ? this.#codec.read(line.data.value) : undefined;
	}

	#remember(key: string, value: Value): void {
		const size = this.#codec.size(value);
		this.#forget(key);
		this.#kept.set(key, { value, size });
		this.#keptBytes += size;
		for (const oldest of this.#kept.keys()) {
			if (this.#keptBytes <= this.#room) break;
			this.#forget(oldest);
		}
	}

	#forget(key: string): void {
		this.#keptBytes -= this.#kept.get(key)?.size ?? 0;
		this.#kept.delete(key);
	}
}

const shortKey = (key: string): number => Number.parseInt(key.slice(0, 13), 16);

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
	size: (vector) => vector.byteLength + 200,
};

/** A value that is stored as the schema has it. */
export function schemaCodec<S extends z.ZodMiniType>(schema: S): CacheCodec<z.infer<S>> {
	return {
		read(stored) {
			const value = z.safeParse(schema, stored);
			return value.success ? value.data : undefined;
		},
		write: (value) => value,
		size: (value) => 200 + 2 * JSON.stringify(value).length,
	};
}

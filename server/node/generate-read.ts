/** Streams the lines of a JSONL file that satisfy a schema; others are skipped. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type * as z from "zod/mini";

export async function* readLines<T>(path: string, schema: z.ZodMiniType<T>): AsyncGenerator<T> {
	const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
	for await (const line of lines) {
		const value = readLine(schema, line);
		if (value !== undefined) yield value;
	}
}

/** One line, or undefined where it is not JSON or not of the schema. */
export function readLine<T>(schema: z.ZodMiniType<T>, text: string): T | undefined {
	try {
		const parsed = schema.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : undefined;
	} catch {
		return undefined;
	}
}

/** A teacher's batch files: upload, create, find, poll, cancel, download. Each is asked once; never retries, never throws for a bad server. */
import type { ReadableStream } from "node:stream/web";
import * as z from "zod/mini";
import { batchRoute } from "../core/generate/batch-file.ts";
import type { Failure } from "../core/generate/reply.ts";
import type { Teacher } from "../core/project.ts";
import { type ClientOptions, TeacherClient } from "./teacher-client.ts";

export const Batch = z.looseObject({
	id: z.string(),
	status: z.string(),
	output_file_id: z.nullish(z.string()),
	error_file_id: z.nullish(z.string()),
	metadata: z.nullish(z.record(z.string(), z.string())),
	request_counts: z.nullish(z.looseObject({ total: z.int(), completed: z.int() })),
	errors: z.nullish(z.looseObject({ data: z.nullish(z.array(z.looseObject({ message: z.nullish(z.string()) }))) })),
});
export type Batch = z.infer<typeof Batch>;

const File = z.looseObject({ id: z.string() });
const BatchList = z.looseObject({ data: z.array(z.unknown()), has_more: z.nullish(z.boolean()) });

/** Output files hold thousands of answers; they are read line by line. */
const maxFileBytes = 1 << 30;
/** How many of the newest batches are looked through for one of ours. */
const mostPages = 50;
const pageSize = 100;
/** By which a batch is found again. */
const groupField = "polyglot_group";

export class TeacherBatches {
	readonly #client: TeacherClient;

	constructor(teacher: Pick<Teacher, "baseUrl">, options: Pick<ClientOptions, "timeoutMs" | "key">) {
		this.#client = new TeacherClient(teacher, { ...options, maxResponseBytes: maxFileBytes });
	}

	/** Id of the uploaded file. */
	async upload(name: string, content: string, signal: AbortSignal): Promise<{ id: string } | Failure> {
		const boundary = `polyglot-${name}`;
		const body = Buffer.from(form(boundary, name, content));
		const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
		return this.#client.watched(signal, async (attempt) => {
			const answer = await this.#client.openai.post<unknown>("/files", { body, headers, signal: attempt });
			return this.#read(File, answer, "the uploaded file");
		});
	}

	async create(file: string, group: string, signal: AbortSignal): Promise<Batch | Failure> {
		const body = {
			input_file_id: file,
			endpoint: batchRoute,
			completion_window: "24h",
			metadata: { [groupField]: group },
		};
		return this.#client.watched(signal, async (attempt) =>
			this.#read(Batch, await this.#client.openai.post<unknown>("/batches", { body, signal: attempt }), "the batch"),
		);
	}

	/** The batch of this group, if the provider has one: what was created and never acknowledged is found by it. */
	async find(group: string, signal: AbortSignal): Promise<Batch | Failure | "none"> {
		return this.#client.watched(signal, async (attempt) => {
			let after: string | undefined;
			for (let page = 0; page < mostPages; page++) {
				const query = { limit: pageSize, ...(after === undefined ? {} : { after }) };
				const answer = await this.#client.openai.get<unknown>("/batches", { query, signal: attempt });
				const list = this.#read(BatchList, answer, "the list of batches");
				if (isFailure(list)) return list;
				const batches = list.data.flatMap((one) => Batch.safeParse(one).data ?? []);
				const found = batches.find(({ metadata }) => metadata?.[groupField] === group);
				if (found) return found;
				after = batches.at(-1)?.id;
				if (!list.has_more || after === undefined) return "none";
			}
			return "none";
		});
	}

	/** `gone` where the provider no longer knows the batch. */
	async retrieve(id: string, signal: AbortSignal): Promise<Batch | Failure | "gone"> {
		const path = `/batches/${encodeURIComponent(id)}`;
		const result = await this.#client.watched(signal, async (attempt) =>
			this.#read(Batch, await this.#client.openai.get<unknown>(path, { signal: attempt }), "the batch"),
		);
		return isFailure(result) && result.status === 404 ? "gone" : result;
	}

	/** `settled` where there is nothing left to cancel. */
	async cancel(id: string, signal: AbortSignal): Promise<Batch | Failure | "settled"> {
		const path = `/batches/${encodeURIComponent(id)}/cancel`;
		const result = await this.#client.watched(signal, async (attempt) =>
			this.#read(Batch, await this.#client.openai.post<unknown>(path, { signal: attempt }), "the batch"),
		);
		const isSettled = isFailure(result) && [400, 404, 409].includes(result.status ?? 0);
		return isSettled ? "settled" : result;
	}

	/** Hands out each line of a file as it comes; resolves with how many there were. A half of it may have been handed out before a failure. */
	async download(
		id: string,
		signal: AbortSignal,
		onLine: (value: unknown, isPractice: boolean) => Promise<void>,
	): Promise<{ lines: number } | Failure> {
		return this.#client.watched(signal, async (attempt) => {
			const path = `/files/${encodeURIComponent(id)}/content`;
			const { body, headers } = await this.#client.openai.get(path, { signal: attempt }).asResponse();
			const isPractice = headers.get("x-polyglot-practice") !== null;
			let lines = 0;
			if (body === null) return { lines };
			for await (const line of linesOf(body as ReadableStream<Uint8Array>)) {
				lines += 1;
				await onLine(jsonOf(line), isPractice);
			}
			return { lines };
		});
	}

	async close(): Promise<void> {
		await this.#client.close();
	}

	#read<T>(schema: z.ZodMiniType<T>, answer: unknown, what: string): T | Failure {
		const error = this.#client.errorInside(answer);
		const read = schema.safeParse(answer);
		if (read.success && !error) return read.data;
		return error ?? this.#client.notCompatible(`${what} is not of the form of OpenAI's batch files`);
	}
}

export const isFailure = (value: object | string): value is Failure =>
	typeof value === "object" && "type" in value && value.type === "failure";

/** Lines that are not blank, without their newline. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let carried = "";
	for await (const chunk of chunks) {
		const lines = (carried + decoder.decode(chunk, { stream: true })).split("\n");
		carried = lines.pop() ?? "";
		yield* lines.filter((line) => line.trim() !== "");
	}
	if (carried.trim() !== "") yield carried;
}

/** A form with one file, written by hand: undici and Node each know only their own form class. */
function form(boundary: string, name: string, content: string): string {
	return [
		`--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n`,
		`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}.jsonl"\r\n`,
		`Content-Type: application/jsonl\r\n\r\n${content}\r\n--${boundary}--\r\n`,
	].join("");
}

function jsonOf(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

/** OpenAI's batch files as a practice server has them: upload, batch, poll, download, cancel; with the bad luck of real ones. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import type { TeacherKnobs } from "./teachers-knobs.ts";
import { uploadedFile } from "./teachers-multipart.ts";
import { practiceHeader, sendError, sendJson } from "./teachers-send.ts";

/** Answers one request of a batch file as its own route would. */
export type AnswerItem = (body: string) => { readonly status: number; readonly body: unknown };

interface Batch {
	readonly id: string;
	readonly inputFile: string;
	readonly metadata: Readonly<Record<string, string>>;
	readonly createdAt: number;
	readonly total: number;
	status: "in_progress" | "completed" | "failed" | "cancelled" | "expired";
	outputFile: string | null;
	errorFile: string | null;
	done: number;
}

const Order = z.object({
	input_file_id: z.string(),
	endpoint: z.literal("/v1/chat/completions"),
	completion_window: z.literal("24h"),
	metadata: z.optional(z.record(z.string(), z.string())),
});
const InputLine = z.object({
	custom_id: z.string(),
	method: z.literal("POST"),
	url: z.literal("/v1/chat/completions"),
	body: z.unknown(),
});

const pageSize = 20;

export class PracticeBatches {
	readonly #answer: AnswerItem;
	readonly #knobs: () => TeacherKnobs;
	readonly #files = new Map<string, { name: string; content: string }>();
	/** Newest last. */
	readonly #batches: Batch[] = [];

	constructor(answer: AnswerItem, knobs: () => TeacherKnobs) {
		this.#answer = answer;
		this.#knobs = knobs;
	}

	get counts(): { files: number; batches: number } {
		return { files: this.#files.size, batches: this.#batches.length };
	}

	/** True where the path is one of batches or files; then it was answered, or is left hanging on purpose. */
	serve(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): boolean {
		const [, , kind, id, action] = url.pathname.split("/");
		if (kind !== "files" && kind !== "batches") return false;
		const isPost = request.method === "POST";
		if (kind === "files" && isPost) this.#upload(request.headers["content-type"] ?? "", body, response);
		else if (kind === "files" && id && action === "content") this.#download(id, response);
		else if (kind === "batches" && isPost && !id) this.#create(body, response);
		else if (kind === "batches" && isPost && id && action === "cancel") this.#cancel(id, response);
		else if (kind === "batches" && id) this.#retrieve(id, response);
		else if (kind === "batches") this.#list(url.searchParams, response);
		else sendError(response, 404, "not_found", `There is nothing at ${url.pathname}.`);
		return true;
	}

	#upload(contentType: string, body: Buffer, response: ServerResponse): void {
		const file = uploadedFile(contentType, body);
		if (!file) {
			sendError(response, 400, "invalid_request_error", "The upload is no file with purpose batch.");
			return;
		}
		const id = this.#store(file.name, file.content);
		this.#reply(response, "upload", { id, object: "file", filename: file.name, purpose: "batch" });
	}

	#create(body: Buffer, response: ServerResponse): void {
		const order = Order.safeParse(jsonOf(body.toString("utf8")));
		const input = order.data && this.#files.get(order.data.input_file_id);
		if (!order.success || !input) {
			sendError(response, 400, "invalid_request_error", "No such input file.");
			return;
		}
		const lines = input.content.split("\n").filter(Boolean);
		const batch: Batch = {
			id: `batch_practice_${this.#batches.length + 1}`,
			inputFile: order.data.input_file_id,
			metadata: order.data.metadata ?? {},
			createdAt: performance.now(),
			total: lines.length,
			status: lines.every((line) => InputLine.safeParse(jsonOf(line)).success) ? "in_progress" : "failed",
			outputFile: null,
			errorFile: null,
			done: 0,
		};
		this.#batches.push(batch);
		this.#reply(response, "create", shown(batch));
	}

	#retrieve(id: string, response: ServerResponse): void {
		const batch = this.#named(id, response);
		if (!batch) return;
		this.#advance(batch);
		this.#reply(response, "retrieve", shown(batch));
	}

	#list(query: URLSearchParams, response: ServerResponse): void {
		const newestFirst = [...this.#batches].reverse();
		const after = query.get("after");
		const start = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
		const page = newestFirst.slice(start, start + pageSize);
		const hasMore = start + pageSize < newestFirst.length;
		this.#reply(response, "list", { object: "list", data: page.map(shown), has_more: hasMore });
	}

	/** What was answered by then is kept, as with the real thing. */
	#cancel(id: string, response: ServerResponse): void {
		const batch = this.#named(id, response);
		if (!batch) return;
		if (batch.status === "in_progress") {
			this.#finish(batch, "cancelled", Math.floor(batch.total / 2));
			this.#reply(response, "cancel", shown(batch));
		} else sendError(response, 409, "conflict", `A batch that is ${batch.status} cannot be cancelled.`);
	}

	#download(id: string, response: ServerResponse): void {
		const file = this.#files.get(id);
		if (!file) sendError(response, 404, "not_found", "No such file.");
		else if (this.#knobs().batchHang !== "content")
			response.writeHead(200, { "content-type": "application/octet-stream", ...practiceHeader }).end(file.content);
	}

	#named(id: string, response: ServerResponse): Batch | undefined {
		const batch = this.#knobs().batchForgets ? undefined : this.#batches.find((one) => one.id === id);
		if (!batch) sendError(response, 404, "not_found", "No such batch.");
		return batch;
	}

	#advance(batch: Batch): void {
		const { batchMs = 0, batchExpires = 0, batchFails } = this.#knobs();
		if (batch.status !== "in_progress") return;
		if (batchFails !== undefined) batch.status = "failed";
		else if (performance.now() - batch.createdAt < batchMs) batch.done = Math.floor(batch.total / 2);
		else if (batchExpires > 0) this.#finish(batch, "expired", Math.floor(batch.total * (1 - batchExpires)));
		else this.#finish(batch, "completed", batch.total);
	}

	/** Answers come in no particular order. */
	#finish(batch: Batch, status: Batch["status"], count: number): void {
		const lines = (this.#files.get(batch.inputFile)?.content ?? "").split("\n").filter(Boolean);
		const requests = lines.map((line) => InputLine.parse(jsonOf(line)));
		const answers = requests
			.slice(0, count)
			.map((line, index) => this.#outputLine(line, index))
			.reverse();
		const errors = requests.slice(count).map(({ custom_id }, index) => unansweredLine(custom_id, status, index));
		batch.status = status;
		batch.done = count;
		if (answers.length > 0) batch.outputFile = this.#store(`${batch.id}.jsonl`, `${answers.join("\n")}\n`);
		if (errors.length > 0) batch.errorFile = this.#store(`${batch.id}_errors.jsonl`, `${errors.join("\n")}\n`);
	}

	#outputLine({ custom_id, body }: z.infer<typeof InputLine>, index: number): string {
		const answer = this.#answer(JSON.stringify(body));
		const response = { status_code: answer.status, request_id: `req_${index}`, body: answer.body };
		return JSON.stringify({ id: `batch_req_${index}`, custom_id, response, error: null });
	}

	#store(name: string, content: string): string {
		const id = `file-practice-${this.#files.size + 1}`;
		this.#files.set(id, { name, content });
		return id;
	}

	/** Does what was asked and then keeps silent, where it is told to: the client cannot know that it was done. */
	#reply(response: ServerResponse, step: TeacherKnobs["batchHang"], body: unknown): void {
		if (this.#knobs().batchHang !== step) sendJson(response, 200, body);
	}
}

function unansweredLine(custom_id: string, status: string, index: number): string {
	const error = { code: `batch_${status}`, message: "This request could not be executed in time." };
	return JSON.stringify({ id: `batch_req_e${index}`, custom_id, response: null, error });
}

function shown({ id, inputFile, metadata, status, outputFile, errorFile, total, done }: Batch): object {
	const errors = status === "failed" ? { data: [{ code: "invalid", message: "The input file is not valid." }] } : null;
	return {
		id,
		object: "batch",
		endpoint: "/v1/chat/completions",
		input_file_id: inputFile,
		output_file_id: outputFile,
		error_file_id: errorFile,
		status,
		metadata,
		errors,
		request_counts: { total, completed: done, failed: 0 },
	};
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

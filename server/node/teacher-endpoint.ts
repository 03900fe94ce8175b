/** One teacher's endpoint: sends a chat request once and says what came of it. Never retries, never throws for a bad server. */
import type { OpenAI } from "openai";
import * as z from "zod/mini";
import { chatBody } from "../core/generate/chat-body.ts";
import { readCompletion } from "../core/generate/completion-body.ts";
import { readQuota } from "../core/generate/quota.ts";
import type { Answer, ChatRequest, Failure, Reply } from "../core/generate/reply.ts";
import type { Teacher } from "../core/project.ts";
import { type ClientOptions, TeacherClient } from "./teacher-client.ts";
import { StreamedAnswer, withIdleLimit } from "./teacher-stream.ts";

export type EndpointOptions = Pick<ClientOptions, "timeoutMs" | "key">;

/** Silence in the middle of a streamed answer. */
const idleTimeoutMs = 60_000;

const ModelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

export class TeacherEndpoint {
	readonly #client: TeacherClient;

	constructor(teacher: Pick<Teacher, "baseUrl">, options: EndpointOptions) {
		this.#client = new TeacherClient(teacher, options);
	}

	/** Scheme, host and port. */
	get origin(): string {
		return this.#client.origin;
	}

	/** Asks once. Rejects only when `signal` was aborted. */
	async complete(request: ChatRequest, signal: AbortSignal): Promise<Reply> {
		const body = chatBody(request) as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
		return this.#client.watched(signal, (attempt) =>
			request.isStreamed ? this.#streamed(body, request, attempt) : this.#whole(body, attempt),
		);
	}

	/** Names of the models the endpoint offers, or why it does not say. */
	async models(signal: AbortSignal): Promise<readonly string[] | Failure> {
		return this.#client.watched(signal, async (attempt) => {
			const { data: page } = await this.#client.openai.models.list({ signal: attempt }).withResponse();
			const listed = ModelList.safeParse(page);
			return listed.success
				? listed.data.data.map(({ id }) => id)
				: this.#client.notCompatible("its list of models is no such list");
		});
	}

	/** Posts to another path of the endpoint, such as `/embeddings`; what comes back is nobody's word yet. Rejects as `complete` does. */
	async post(path: string, body: object, signal: AbortSignal): Promise<{ type: "body"; body: unknown } | Failure> {
		return this.#client.watched(signal, async (attempt) => {
			const { data } = await this.#client.openai.post<unknown>(path, { body, signal: attempt }).withResponse();
			return this.#client.errorInside(data) ?? { type: "body", body: data };
		});
	}

	async close(): Promise<void> {
		await this.#client.close();
	}

	async #whole(body: OpenAI.ChatCompletionCreateParamsNonStreaming, signal: AbortSignal): Promise<Reply> {
		const { data, response } = await this.#client.openai.chat.completions.create(body, { signal }).withResponse();
		const reply = readCompletion(data, isPractice(response));
		if (!reply) return this.#client.notCompatible("its answer is no chat completion");
		return reply.type === "answer" ? withQuota(reply, response) : this.#client.bodyFailure(reply);
	}

	/** Reads the answer piece by piece; gives up on long silence, on a blank loop, and on what exceeds every limit. */
	async #streamed(
		body: OpenAI.ChatCompletionCreateParamsNonStreaming,
		{ maxTokens }: ChatRequest,
		signal: AbortSignal,
	): Promise<Reply> {
		const streaming = { ...body, stream: true as const, stream_options: { include_usage: true } };
		const { data, response } = await this.#client.openai.chat.completions.create(streaming, { signal }).withResponse();
		const answer = new StreamedAnswer(maxTokens);
		for await (const chunk of withIdleLimit(data, Math.min(idleTimeoutMs, this.#client.timeoutMs))) {
			const error = this.#client.errorInside(chunk);
			if (error) return error;
			answer.add(chunk);
			// Leaving the loop closes the connection, so nothing more is written or paid for.
			if (answer.isRunaway) break;
		}
		if (!answer.hasStarted) return this.#client.notCompatible("its stream holds no chat completion");
		return withQuota(answer.reply(isPractice(response)), response);
	}
}

const isPractice = (response: Response) => response.headers.get("x-polyglot-practice") !== null;

function withQuota(answer: Answer, { headers }: Response): Answer {
	const quota = readQuota((name) => headers.get(name));
	return quota ? { ...answer, quota } : answer;
}

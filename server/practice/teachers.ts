/**
 * Practice teachers and judge behind an OpenAI-compatible server on loopback, so that everything runs with no key,
 * GPU or network. Whatever they say is canned text and marked so.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EndpointTeacher } from "../core/generate/run-records.ts";
import { seededRandom } from "../core/generate/seeded-random.ts";
import {
	ChatBody,
	charactersPerToken,
	judgeModel,
	practiceAnswer,
	practiceModels,
	refusedOption,
} from "./teachers-answer.ts";
import { PracticeBatches } from "./teachers-batches.ts";
import { withinContext } from "./teachers-context.ts";
import { drawnFault, drawnLatency, type FaultName, type TeacherKnobs } from "./teachers-knobs.ts";
import { completionBody, sendAnswer, sendError, sendFaultyBody, sendJson } from "./teachers-send.ts";
import { StatsCounter, type TeacherStats } from "./teachers-stats.ts";
import { loadPracticeTexts, type PracticeTexts } from "./teachers-texts.ts";
import { RequestWindow } from "./teachers-window.ts";

export interface PracticeTeachersOptions {
	/** The product's `media/`. */
	readonly mediaFolder: string;
	readonly knobs?: TeacherKnobs;
	/** Asked of every request; drawn at random where absent. */
	readonly apiKey?: string;
	/** 0, the default, lets the system choose. */
	readonly port?: number;
}

export interface PracticeTeachers {
	/** With `/v1`. */
	readonly baseUrl: string;
	readonly apiKey: string;
	stats(): TeacherStats;
	/** Replaces the faults from now on. */
	setKnobs(knobs: TeacherKnobs): void;
	close(): Promise<void>;
}

/** The practice teachers as a run knows them. */
export function practiceTeachers(baseUrl: string): EndpointTeacher[] {
	const teachers = practiceModels.filter((model) => model !== judgeModel);
	return teachers.map((model) => ({ name: model, model, baseUrl, isPractice: true }));
}

export async function startPracticeTeachers(options: PracticeTeachersOptions): Promise<PracticeTeachers> {
	const endpoint = new PracticeEndpoint(await loadPracticeTexts(options.mediaFolder), options);
	const server = createServer((request, response) => void endpoint.serve(request, response));
	await listening(server, options.port ?? 0);
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		apiKey: endpoint.apiKey,
		stats: () => endpoint.summary(),
		setKnobs: (knobs) => {
			endpoint.knobs = knobs;
		},
		close: () => closed(server),
	};
}

/** Status, code, message, headers. */
type Refusal = [number, string, string, Record<string, string>?];

class PracticeEndpoint {
	readonly apiKey: string;
	readonly stats = new StatsCounter();
	knobs: TeacherKnobs;
	readonly #texts: PracticeTexts;
	/** Faults repeat from run to run. */
	readonly #random = seededRandom("practice");
	readonly #window = new RequestWindow();
	readonly #batches = new PracticeBatches(
		(text) => this.#item(text),
		() => this.knobs,
	);

	constructor(texts: PracticeTexts, { apiKey, knobs }: PracticeTeachersOptions) {
		this.#texts = texts;
		this.apiKey = apiKey ?? `practice-${randomBytes(12).toString("hex")}`;
		this.knobs = knobs ?? {};
	}

	async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? "/", "http://127.0.0.1");
		const path = url.pathname;
		// A client that hung up is no failure of ours.
		response.on("error", () => {});
		if (path === "/stats") return sendJson(response, 200, this.summary());
		if (request.headers.authorization !== `Bearer ${this.apiKey}`)
			return sendError(response, 401, "invalid_api_key", "Incorrect API key provided.");
		if (path === "/v1/models") return sendJson(response, 200, modelList());
		const body = await bodyOf(request);
		if (!body || this.#batches.serve(request, url, body, response)) return;
		if (path !== "/v1/chat/completions") return sendError(response, 404, "not_found", `There is nothing at ${path}.`);
		return this.#chat(body.toString("utf8"), request, response);
	}

	summary(): TeacherStats {
		return this.stats.summary(this.#batches.counts);
	}

	/** One request of a batch, answered at once; it counts like any other. */
	#item(text: string): { status: number; body: unknown } {
		this.stats.arrived(fingerprint(text), undefined);
		this.stats.inFlight -= 1;
		const body = parsedBody(text);
		const fault = drawnFault(this.knobs, this.#random);
		const isBroken = !body || !practiceModels.includes(body.model) || fault === "error500";
		this.stats.answered(isBroken ? 500 : 200, !isBroken);
		if (isBroken)
			return { status: 500, body: { error: { message: "The server had an error.", code: "server_error" } } };
		const answer = practiceAnswer(body, this.#texts, this.knobs, fault);
		return { status: 200, body: completionBody(body, answer, { fault, noUsage: this.knobs.noUsage === true }) };
	}

	async #chat(text: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
		const before = this.stats.arrived(fingerprint(text), request.headers.authorization);
		response.once("close", () => {
			this.stats.inFlight -= 1;
			this.stats.answered(response.statusCode, response.writableFinished && response.statusCode === 200);
		});
		const sent = parsedBody(text);
		const body = sent && seenBody(sent, this.knobs);
		if (!body) return sendError(response, 400, "invalid_request_error", "The body is not a chat request.");
		if (!practiceModels.includes(body.model))
			return sendError(response, 404, "model_not_found", `The model \`${body.model}\` does not exist.`);
		const unsupported = refusedOption(body, this.knobs);
		if (unsupported !== undefined) return sendError(response, 400, "unsupported_parameter", unsupported);
		const refusal = this.#overQuota(response) ?? this.#refusal(before);
		if (refusal) return sendError(response, ...refusal);
		const crowding = Math.max(1, this.stats.inFlight / (this.knobs.width ?? Number.POSITIVE_INFINITY));
		await pause(drawnLatency(this.knobs.latencyMs, this.#random) * crowding, response);
		this.#answer(body, response);
	}

	/** Tells the quota in headers; an answer where it is used up. */
	#overQuota(response: ServerResponse): Refusal | undefined {
		const { rateWindow } = this.knobs;
		if (!rateWindow) return undefined;
		const { isOver, headers } = this.#window.count(rateWindow, performance.now());
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
		return isOver ? [429, "rate_limit_exceeded", "Rate limit reached for requests."] : undefined;
	}

	/** What a loaded or broken server says at once. */
	#refusal(before: number): Refusal | undefined {
		const { cap, quota, retryAfterS, firstTry500 = 0 } = this.knobs;
		const wait: Record<string, string> = retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
		if (quota !== undefined && this.stats.attempts > quota)
			return [429, "insufficient_quota", "You exceeded your current quota."];
		if (cap !== undefined && this.stats.inFlight > cap)
			return [429, "rate_limit_exceeded", "Rate limit reached.", wait];
		if (before === 0 && this.#random() < firstTry500) return [500, "server_error", "The first try failed."];
		return undefined;
	}

	#answer(body: ChatBody, response: ServerResponse): void {
		if (response.destroyed) return;
		const fault = drawnFault(this.knobs, this.#random);
		if (fault && sendFaultyBody(response, fault)) return;
		const answer = practiceAnswer(body, this.#texts, this.knobs, fault);
		sendAnswer(response, body, answer, { fault: fault as FaultName | undefined, noUsage: this.knobs.noUsage === true });
	}
}

/** Another attempt at the same request may carry another sampling seed. */
const fingerprint = (text: string) => text.replace(/"seed":\d+/, "");

function modelList(): object {
	return {
		object: "list",
		data: practiceModels.map((id) => ({
			id,
			object: "model",
			owned_by: "practice: canned text, not a language model",
		})),
	};
}

/** What of a request the model gets to see. */
function seenBody(body: ChatBody, { contextTokens }: TeacherKnobs): ChatBody {
	if (contextTokens === undefined) return body;
	return { ...body, messages: withinContext(body.messages, contextTokens * charactersPerToken) };
}

function parsedBody(text: string): ChatBody | undefined {
	try {
		const parsed = ChatBody.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : undefined;
	} catch {
		return undefined;
	}
}

/** The whole body, or undefined where the client went away. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of request) chunks.push(chunk as Buffer);
		return Buffer.concat(chunks);
	} catch {
		return undefined;
	}
}

/** Waits, or less where the client hangs up. */
function pause(ms: number, response: ServerResponse): Promise<void> {
	if (ms <= 0) return Promise.resolve();
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		response.once("close", () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

function listening(server: Server, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, "127.0.0.1", resolve);
	});
}

function closed(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}

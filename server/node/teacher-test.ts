/** Tries a teacher and says, for each way it can fail, what to do next. */
import type { CompletionDoor } from "../core/generate/completion-door.ts";
import type { Failure } from "../core/generate/reply.ts";
import { modelOf } from "../core/generate/teacher-kind.ts";
import type { EditorTeacher, Teacher } from "../core/project.ts";
import { EditorEndpoint } from "./teacher-editor.ts";
import { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface TeacherTest {
	readonly ok: boolean;
	/** One or two sentences for the user. */
	readonly message: string;
	/** What the endpoint offers, where it says so. */
	readonly models?: readonly string[];
}

/** A test must answer while the user looks on. */
const patienceMs = 20_000;

/** Lists the endpoint's models and asks for a one-word answer. Never throws for a bad server. */
export async function testTeacher(
	teacher: Teacher,
	key: string | null,
	signal: AbortSignal,
	timeoutMs = patienceMs,
): Promise<TeacherTest> {
	const endpoint = new TeacherEndpoint(teacher, { key, timeoutMs });
	try {
		const models = await endpoint.models(signal);
		// Some servers have no list of models, or show it to anybody: only a chat tells.
		const known = "type" in models ? undefined : models;
		if ("type" in models && !isWorthAsking(models)) return failed(teacher, key, models);
		if (known && known.length > 0 && !known.includes(teacher.model)) return missing(teacher, known);
		const reply = await endpoint.complete(greeting(teacher.model), signal);
		if (reply.type === "failure") return failed(teacher, key, reply, known);
		return {
			ok: true,
			message: `${teacher.name} answers (${teacher.model} at ${endpoint.origin}).`,
			...(known ? { models: known } : {}),
		};
	} finally {
		await endpoint.close();
	}
}

const greeting = (model: string) => ({
	model,
	messages: [{ role: "user" as const, content: "Answer with the one word: ready" }],
	maxTokens: 16,
});

/** Asks one of the editor's own models for a word; the editor may first ask its user for consent. */
export async function testEditorTeacher(
	teacher: EditorTeacher,
	door: CompletionDoor,
	signal: AbortSignal,
): Promise<TeacherTest> {
	const reply = await new EditorEndpoint(teacher, door).complete(greeting(modelOf(teacher)), signal);
	if (reply.type === "failure") return { ok: false, message: `${teacher.name}: ${reply.message}` };
	return { ok: true, message: `${teacher.name} answers (${modelOf(teacher)} in this editor).` };
}

/** A missing or odd list says nothing about the chat route; a refused key or a dead address does. */
const isWorthAsking = ({ kind, status }: Failure) => kind !== "unreachable" && status !== 401 && status !== 429;

function failed(teacher: Teacher, key: string | null, failure: Failure, models?: readonly string[]): TeacherTest {
	return {
		ok: false,
		message: `${teacher.name}: ${nextStepFor(teacher, key, failure)}`,
		...(models ? { models } : {}),
	};
}

/** What failed, with which value, and what to do next. */
export function nextStepFor({ baseUrl, model }: Teacher, key: string | null, failure: Failure): string {
	const { kind, status, message } = failure;
	if (kind === "unreachable")
		return `nothing answers at ${baseUrl}. ${message} Start the server there or correct baseUrl.`;
	if (status === 401 || status === 403)
		return key === null
			? `${baseUrl} asks for a key (${status}) and none is stored for it. Set the teacher's key.`
			: `${baseUrl} does not accept the stored key (${status}: ${message}). Set a valid key.`;
	if (status === 402) return `${baseUrl} says there is no credit left (402: ${message}). Add credit there.`;
	if (status === 404)
		return `${baseUrl} knows no model ${model}, or is not an OpenAI-compatible server (404: ${message}). Check model and baseUrl.`;
	if (kind === "busy")
		return `${baseUrl} asks to slow down (${status}: ${message}).${waitText(failure)} Try again later, or lower the teacher's concurrency.`;
	if (status === 429) return `${baseUrl} says the quota is used up (429: ${message}). Check plan and billing there.`;
	if (kind === "rejected")
		return `${baseUrl} does not accept the request (${status}: ${message}). Check the teacher's sampling settings.`;
	if (kind === "fatal") return `${message}`;
	return `${baseUrl} failed (${status ?? "no answer"}: ${message}). Try again; if it stays so, look at the server's log.`;
}

const waitText = ({ retryAfterMs }: Failure) =>
	retryAfterMs === null ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;

function missing({ name, model, baseUrl }: Teacher, models: readonly string[]): TeacherTest {
	const shown = models.slice(0, 8).map((id) => id.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 100));
	const rest = models.length > shown.length ? ` and ${models.length - shown.length} more` : "";
	return {
		ok: false,
		message: `${name}: ${baseUrl} has no model ${model}. It offers ${shown.join(", ")}${rest}. Correct the model's name.`,
		models,
	};
}

/** One attempt on paper: the request it sends, and the journal line it leaves. */
import { type Judged, tokenLimit } from "../core/generate/attempt-policy.ts";
import { chatMessages, type Material, seedPrompt, wantsPair } from "../core/generate/chat-request.ts";
import type { ProbeVerdict } from "../core/generate/probe.ts";
import type { Purse } from "../core/generate/purse.ts";
import { type AnswerForm, type ChatRequest, type Reply, textsSchema } from "../core/generate/reply.ts";
import type { JournalLine, RunTeacher } from "../core/generate/run-records.ts";
import { modelOf } from "../core/generate/teacher-kind.ts";
import type { Message } from "../core/sample-row.ts";
import type { Pending, RunWork } from "./generate-work.ts";

/** How an answer came: over the wire, in a batch, or out of an earlier run. */
export interface Origin {
	readonly latencyMs: number;
	readonly reusedFrom?: string;
	/** Id of the batch that brought it. */
	readonly batch?: string;
	readonly maxTokens?: number;
	readonly seed?: number;
	readonly form?: AnswerForm;
}

/** What of a request may differ from attempt to attempt, for the journal. */
export function sentParts({ maxTokens, seed, answer }: ChatRequest): Pick<Origin, "maxTokens" | "seed" | "form"> {
	return {
		...(maxTokens === undefined ? {} : { maxTokens }),
		...(seed === undefined ? {} : { seed }),
		...(answer ? { form: answer.form } : {}),
	};
}

const pairSchema = textsSchema("prompt", "response");

/** A fresh seed for each attempt, so that a server that honours it does not repeat a bad answer. */
export function attemptRequest(
	teacher: RunTeacher,
	{ line, earlier, correction }: Pending,
	material: Material,
	work: Pick<RunWork, "templates" | "verdict">,
): ChatRequest {
	const { temperature, topP, maxTokens, seed } = teacher.sampling ?? {};
	const base = seed ?? Number.parseInt(line.key.slice(0, 7), 16);
	const tries = earlier.filter((outcome) => outcome !== "busy" && outcome !== "unreachable").length;
	const messages: Message[] = [...chatMessages(material, work.templates), ...correctionTurns(correction)];
	const sampling = { temperature, topP, maxTokens: tokenLimit(maxTokens, earlier), seed: base + tries };
	return { model: modelOf(teacher), messages, ...sampling, ...answerForm(material, work.verdict(teacher)) };
}

/** Money an attempt can cost at most; 0 where no budget counts it. */
export function mostCost(
	purse: Purse,
	teacher: RunTeacher,
	pending: Pending,
	work: Pick<RunWork, "templates" | "verdict" | "material">,
): number {
	if (!purse.pays(teacher)) return 0;
	const material = work.material(pending.cell.cell, pending.line.draw);
	return purse.most(teacher, attemptRequest(teacher, pending, material, work));
}

/** The strictest form the endpoint keeps to, where prompt and answer come together. */
function answerForm({ strategy }: Material, { form = "text", tokenField, isStreaming }: Partial<ProbeVerdict> = {}) {
	const answer = wantsPair(strategy) && form !== "text" ? { form, schema: pairSchema } : undefined;
	return { answer, tokenField: tokenField ?? undefined, isStreamed: isStreaming };
}

function correctionTurns(correction: Pending["correction"]): Message[] {
	if (!correction) return [];
	const content = `That cannot be used: ${correction.reason}. Send the same content again, in exactly the form asked for and nothing else.`;
	return [
		{ role: "assistant", content: correction.answer },
		{ role: "user", content },
	];
}

/** The seed's prompt where the answer is plain text; null where prompt and answer come together. */
export const fixedPrompt = (material: Material): string | null =>
	wantsPair(material.strategy) ? null : seedPrompt(material.seed);

export function journalLine(
	{ line, cell, earlier }: Pending,
	reply: Reply,
	{ outcome }: Judged,
	origin: Origin,
): Omit<JournalLine, "verdict" | "reasons"> {
	const common = { key: line.key, cell: cell.index, attempt: earlier.length + 1, outcome, ...origin };
	if (reply.type === "failure")
		return { ...common, finishReason: null, usage: null, status: reply.status, answer: null };
	const { finishReason, usage, text } = reply;
	return { ...common, finishReason, usage, status: 200, answer: text, ...(reply.isPractice ? { practice: true } : {}) };
}

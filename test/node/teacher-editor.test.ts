import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompletionDoor } from "../../server/core/generate/completion-door.ts";
import type { LanguageModelQuestion, LanguageModelReply } from "../../server/core/generate/language-model-request.ts";
import type { EditorTeacher } from "../../server/core/project.ts";
import { listInterruptedRuns } from "../../server/node/generate-interrupted.ts";
import { resumeGenerateRun, startGenerateRun } from "../../server/node/generate-run.ts";
import { EditorEndpoint } from "../../server/node/teacher-editor.ts";
import { finishedRun, rig, rowsOf } from "./generate-rig.ts";

const teacher: EditorTeacher = { name: "copilot", kind: "vscode", vendor: "copilot", family: "gpt-4o" };
const never = new AbortController().signal;

/** An editor that answers as told, and keeps what it was asked. */
function editor(answer: (question: LanguageModelQuestion, index: number) => LanguageModelReply) {
	const asked: LanguageModelQuestion[] = [];
	const door: CompletionDoor = {
		ask: async (question) => {
			asked.push(question);
			return answer(question, asked.length);
		},
	};
	return { door, asked };
}

const pair = (index: number): LanguageModelReply => ({
	type: "answer",
	text: JSON.stringify({ prompt: `What is ${index}?`, response: `It is number ${index}.` }),
	model: "copilot/gpt-4o-2024-11-20",
	usage: { promptTokens: 100, completionTokens: 20 },
});

test("one of the editor's models writes samples like any teacher, and no key is asked for", async (context) => {
	const { options } = await rig(context);
	const { door, asked } = editor((_, index) => pair(index));
	const keys: string[] = [];
	const key = async (name: string) => {
		keys.push(name);
		return null;
	};
	const end = await finishedRun({ ...options, teachers: [teacher], count: 6, door, key, probe: true });
	assert.deepEqual([end.state, end.accepted, keys], ["done", 6, []]);
	const rows = await rowsOf(options.output);
	assert.deepEqual(
		[...new Set(rows.map(({ model, provenance }) => `${model} at ${provenance?.endpoint}`))],
		["gpt-4o at vscode:copilot"],
	);
	assert.deepEqual(asked[0]?.selector, { vendor: "copilot", family: "gpt-4o" });
	assert.equal(asked[0]?.messages[0]?.role, "system");
	assert.equal(end.lanes[0]?.completionTokens, 120);
});

test("a user who says no pauses the run with the reason; it can go on later", async (context) => {
	const { options } = await rig(context);
	const denied = editor(() => ({ type: "failure", reason: "no-consent", message: "You did not allow it." }));
	const end = await finishedRun({ ...options, teachers: [teacher], count: 3, door: denied.door });
	assert.deepEqual([end.state, end.message], ["paused", "copilot: You did not allow it."]);
	assert.equal((await listInterruptedRuns(options.folder)).length, 1);
	const allowed = editor((_, index) => pair(index));
	const resumed = await resumeGenerateRun(end.runId, { ...options, teachers: [], door: allowed.door });
	assert.equal((await resumed.ended).accepted, 3);
});

test("without an editor this kind is refused in plain words, before anything is written", async (context) => {
	const { options } = await rig(context);
	await assert.rejects(
		startGenerateRun({ ...options, teachers: [...options.teachers, teacher] }),
		/copilot is one of the editor's own language models \(kind vscode\) and can only be asked from within VS Code/,
	);
	assert.deepEqual(await listInterruptedRuns(options.folder), []);
});

async function checkFailure(reason: "no-model" | "busy" | "refused" | "transient", expected: string): Promise<void> {
	const { door } = editor(() => ({ type: "failure", reason, message: "so it is" }));
	const reply = await new EditorEndpoint(teacher, door).complete({ model: "m", messages: [] }, never);
	assert.equal(reply.type === "failure" ? reply.kind : `answer, refusal ${reply.isRefusal}`, expected, reason);
}

test("each failure of the editor's models has its kind", async () => {
	await checkFailure("no-model", "fatal");
	await checkFailure("busy", "busy");
	await checkFailure("transient", "transient");
	await checkFailure("refused", "answer, refusal true");
});

test("an editor that never answers is given up in time, and cancelling reaches it at once", async () => {
	const seen: AbortSignal[] = [];
	const door: CompletionDoor = {
		ask: (_, signal) =>
			new Promise((_, reject) => {
				seen.push(signal);
				signal.addEventListener("abort", () => reject(signal.reason), { once: true });
			}),
	};
	const late = await new EditorEndpoint(teacher, door, 50).complete({ model: "m", messages: [] }, never);
	assert.ok(late.type === "failure" && late.kind === "transient");
	assert.match(late.message, /No complete answer within 0\.05 s/);
	const cancel = new AbortController();
	const reply = new EditorEndpoint(teacher, door).complete({ model: "m", messages: [] }, cancel.signal);
	cancel.abort();
	await assert.rejects(reply, { name: "AbortError" });
	assert.ok(seen[1]?.aborted);
});

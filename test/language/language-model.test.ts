import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
	type CancellationToken,
	createConnection,
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import { requests } from "../../server/core/engine-api.ts";
import { type LanguageModelQuestion, languageModelRequest } from "../../server/core/generate/language-model-request.ts";
import { editorDoor } from "../../server/language/language-model.ts";
import { startSession } from "./lsp-session.ts";

const question: LanguageModelQuestion = {
	teacher: "copilot",
	selector: { family: "gpt-4o" },
	messages: [{ role: "user", content: "Hello?" }],
	temperature: null,
	topP: null,
	maxTokens: 16,
};
const never = new AbortController().signal;

/** An engine's door and a fake editor at the other end of the wire. */
function wired(answer?: (params: LanguageModelQuestion, token: CancellationToken) => unknown) {
	const [there, back] = [new PassThrough(), new PassThrough()];
	const engine = createConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
	const editor = createProtocolConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
	if (answer)
		editor.onRequest(languageModelRequest.method, (params, token) =>
			answer(languageModelRequest.params.parse(params), token),
		);
	engine.listen();
	editor.listen();
	const close = () => {
		engine.dispose();
		editor.dispose();
	};
	return { door: editorDoor({ connection: engine }), close };
}

test("the editor's answer comes back through the door", async () => {
	const { door, close } = wired(({ messages, selector, maxTokens }) => ({
		type: "answer",
		text: `${messages[0]?.content} says ${selector.family} within ${maxTokens}`,
		model: "copilot/gpt-4o",
		usage: null,
	}));
	const reply = await door.ask(question, never);
	assert.ok(reply.type === "answer");
	assert.equal(reply.text, "Hello? says gpt-4o within 16");
	close();
});

test("aborting cancels the editor's request and does not wait for its answer", async () => {
	let cancelled: (is: boolean) => void = () => {};
	const wasCancelled = new Promise<boolean>((resolve) => {
		cancelled = resolve;
	});
	const abort = new AbortController();
	const { door, close } = wired((_, token) => {
		token.onCancellationRequested(() => cancelled(true));
		abort.abort();
		return new Promise(() => {});
	});
	await assert.rejects(door.ask(question, abort.signal), { name: "AbortError" });
	assert.equal(await wasCancelled, true);
	close();
});

async function checkFailure(answer: Parameters<typeof wired>[0], reason: string, message: RegExp): Promise<void> {
	const { door, close } = wired(answer);
	const reply = await door.ask(question, never);
	assert.ok(reply.type === "failure");
	assert.equal(reply.reason, reason);
	assert.match(reply.message, message);
	close();
}

test("an editor without language models, one that fails, and one that talks nonsense are values", async () => {
	await checkFailure(undefined, "no-model", /lends out no language models/);
	await checkFailure(
		() => {
			throw new Error("model gone");
		},
		"transient",
		/could not ask its model: .*model gone/,
	);
	await checkFailure(() => ({ type: "poem" }), "transient", /none of the agreed form/);
});

test("Test Teacher asks the editor for a teacher of kind vscode, and says what it answered", async () => {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-lm-"));
	const teachers = [{ name: "copilot", kind: "vscode", family: "gpt-4o" }];
	await writeFile(join(folder, "polyglot.json"), JSON.stringify({ teachers }));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
	try {
		session.connection.onRequest(languageModelRequest.method, () => ({
			type: "failure",
			reason: "no-model",
			message: "The editor has no model of family gpt-4o; it has none at all.",
		}));
		const result = await session.connection.sendRequest(requests.testTeacher.method, { name: "copilot" });
		assert.deepEqual(result, {
			ok: false,
			message: "copilot: The editor has no model of family gpt-4o; it has none at all.",
		});
		await session.end();
	} finally {
		session.kill();
	}
});

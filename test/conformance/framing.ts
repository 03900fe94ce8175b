/** Messages as such: JSON-RPC, limits, close codes, golden refusals (protocol §2, §8, §10, §11). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Peer } from "./peer.ts";
import type { Server } from "./server.ts";

interface Golden {
	readonly name: string;
	readonly kind: string;
	readonly message: unknown;
	readonly code: string;
}

const golden: Golden[] = readFileSync(new URL("../fixtures/protocol/invalid-requests.jsonl", import.meta.url), "utf8")
	.trimEnd()
	.split("\n")
	.map((line) => JSON.parse(line));

const numbers: Record<string, number> = {
	parse_error: -32700,
	invalid_request: -32600,
	method_not_found: -32601,
	invalid_params: -32602,
};

export function frameTests(server: () => Server): void {
	for (const { name, kind, message, code } of golden) {
		// `initialize` is another connection's matter.
		if (JSON.stringify(message).includes("initialize")) continue;
		test(`refused: ${name}`, async () => {
			const peer = await Peer.greet(server());
			const text = kind === "text" ? String(message) : JSON.stringify({ ...(message as object), id: 77 });
			const { error } = await answerTo(peer, text);
			assert.deepEqual([error?.data.code, error?.code, error?.data.retryable], [code, numbers[code], false]);
			await peer.close();
		});
	}

	test("an answer has the request's id, whatever came between", async () => {
		const peer = await Peer.greet(server());
		const answers = await Promise.all([peer.ask("server.info"), peer.ask("runs.list"), peer.ask("server.info")]);
		assert.ok(answers[0]?.serverId && answers[1]?.runs && answers[2]?.serverId);
		await peer.close();
	});

	test("unknown fields outside the spec are ignored", async () => {
		const peer = await Peer.greet(server());
		assert.ok((await peer.ask("runs.list", { limit: 1, wish: true })).runs);
		await peer.close();
	});

	test("the third unparsable message closes with 1002", async () => {
		const peer = await Peer.greet(server());
		for (let time = 0; time < 3; time += 1) peer.socket.send("{");
		assert.equal((await peer.closed).code, 1002);
	});

	test("a message beyond the limit closes with 1009", async () => {
		const peer = await Peer.greet(server());
		const { limits } = peer.hello.capabilities as { limits: { inboundMessageBytes: number } };
		peer.socket.send(" ".repeat(limits.inboundMessageBytes + 1));
		assert.equal((await peer.closed).code, 1009);
	});

	test("text that is not UTF-8 closes with 1007", async () => {
		const peer = await Peer.greet(server());
		peer.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
		assert.equal((await peer.closed).code, 1007);
	});

	for (const [what, bytes] of [
		["shorter than its header", 24],
		["longer than a frame may be", 24 + 262_145],
	] as const) {
		test(`a binary message ${what} closes with 1003`, async () => {
			const peer = await Peer.greet(server());
			peer.socket.send(Buffer.alloc(bytes));
			assert.equal((await peer.closed).code, 1003);
		});
	}

	test("a binary message before initialize closes with 1003", async () => {
		const { url, token } = server();
		const peer = await Peer.knock({ url, token });
		peer.socket.send(Buffer.alloc(25));
		assert.equal((await peer.closed).code, 1003);
	});

	test("a burst beyond the bucket is rate_limited and says when to come back", async () => {
		const peer = await Peer.greet(server());
		const { limits } = peer.hello.capabilities as { limits: { burst: number } };
		const answers = await Promise.all(
			Array.from({ length: limits.burst + 20 }, () => peer.call("runs.unsubscribe", { runId: "r-00000000" })),
		);
		const limited = answers.filter(({ error }) => error?.data.code === "rate_limited");
		assert.ok(limited.length > 0);
		assert.ok(limited.every(({ error }) => error?.data.retryable === true && Number(error.data.retryAfterS) > 0));
		await peer.close();
	});
}

/** The next response, with whatever id the server made out. */
function answerTo(peer: Peer, text: string): Promise<{ error?: { code: number; data: Record<string, unknown> } }> {
	return new Promise((resolve) => {
		peer.socket.once("message", (bytes: Buffer) => resolve(JSON.parse(bytes.toString("utf8"))));
		peer.socket.send(text);
	});
}

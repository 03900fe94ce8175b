/** Before and right after the upgrade: refusals in their order, and `initialize` (protocol §1, §3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { subprotocol } from "../../server/core/trainer/limits.ts";
import { InitializeResult } from "../../server/core/trainer/methods.ts";
import { Peer, Refused } from "./peer.ts";
import type { Server } from "./server.ts";

const hello = { client: { name: "conformance", version: "1" }, protocol: "1.0", logEpoch: null, resume: [] };

export function doorTests(server: () => Server): void {
	const status = async (change: Partial<Parameters<typeof Peer.knock>[0]>) => {
		const { url, token } = server();
		try {
			const peer = await Peer.knock({ url, token, ...change });
			await peer.close();
			return 101;
		} catch (cause) {
			if (cause instanceof Refused) return cause.status;
			throw cause;
		}
	};
	const elsewhere = () => server().url.replace("/v1/rpc", "/v2/rpc");

	test("a good token opens the door", async () => assert.equal(await status({}), 101));
	test("another path is 404 before anything else", async () =>
		assert.equal(await status({ url: elsewhere(), origin: "https://x.example", token: "no" }), 404));
	test("any Origin is 403, even with a good token", async () =>
		assert.equal(await status({ origin: "https://x.example" }), 403));
	test("a wrong token is 401 before the subprotocol is looked at", async () =>
		assert.equal(await status({ token: `plt_${"A".repeat(43)}`, protocols: [] }), 401));
	test("no token is 401", async () => assert.equal(await status({ token: undefined }), 401));
	test("no common subprotocol is 400", async () => assert.equal(await status({ protocols: ["other.v1"] }), 400));
	test("no subprotocol is 400", async () => assert.equal(await status({ protocols: [] }), 400));
	test("the token in the address is not looked at", async () =>
		assert.equal(await status({ url: `${server().url}?token=${server().token}`, token: undefined }), 401));

	test("the newest common subprotocol is echoed", async () => {
		const { url, token } = server();
		const peer = await Peer.knock({ url, token, protocols: ["polyglot-trainer.v9+json", subprotocol] });
		assert.equal(peer.socket.protocol, subprotocol);
		await peer.close();
	});

	test("a revoked token's connections are closed with 4401, and it opens no door", async (context) => {
		const { revoke, addToken, url } = server();
		if (!revoke || !addToken) return context.skip("this server has one token for its life");
		const token = await addToken();
		const peer = await Peer.greet({ url, token });
		await revoke(token);
		assert.equal((await peer.closed).code, 4401);
		assert.equal(await status({ token }), 401);
	});

	test("health needs no token and reveals nothing else", async () => {
		const address = server().url.replace(/^ws/, "http").replace("/v1/rpc", "/healthz");
		const response = await fetch(address);
		assert.deepEqual([response.status, await response.text()], [200, "ok\n"]);
	});

	test("initialize answers with everything a client goes by", async () => {
		const peer = await Peer.greet(server());
		const result = InitializeResult.parse(peer.hello);
		assert.equal(result.protocol, "1.0");
		assert.deepEqual(result.resumed, []);
		for (const name of ["inboundMessageBytes", "eventBytes", "frameBytes", "subscriptions", "requestsPerS"]) {
			assert.equal(typeof result.capabilities.limits[name], "number", name);
		}
		await peer.close();
	});

	test("the lower minor version governs", async () => {
		const { url, token } = server();
		const peer = await Peer.knock({ url, token });
		assert.equal((await peer.ask("initialize", { ...hello, protocol: "1.9" })).protocol, "1.0");
		await peer.close();
	});

	test("another major version is refused and closed with 4406", async () => {
		const { url, token } = server();
		const peer = await Peer.knock({ url, token });
		const { error } = await peer.call("initialize", { ...hello, protocol: "2.0" });
		assert.equal(error?.data.code, "protocol_unsupported");
		assert.ok(Array.isArray(error?.data.supported));
		assert.equal((await peer.closed).code, 4406);
	});

	test("other requests wait for initialize, and it comes once", async () => {
		const { url, token } = server();
		const peer = await Peer.knock({ url, token });
		assert.equal(await peer.refusal("server.info"), "not_initialized");
		await peer.ask("initialize", hello);
		assert.equal(await peer.refusal("initialize", hello), "already_initialized");
		await peer.close();
	});

	test("a stranger's log epoch voids the cursors", async () => {
		const peer = await Peer.greet(server(), {
			logEpoch: "00000000-0000-4000-8000-000000000000",
			resume: [{ runId: "r-00000000", afterSeq: 1 }],
		});
		assert.deepEqual(peer.hello.resumed, []);
		await peer.close();
	});

	test("the server and its log keep their names", async () => {
		const [a, b] = [await Peer.greet(server()), await Peer.greet(server())];
		assert.deepEqual([a.hello.serverId, a.hello.logEpoch], [b.hello.serverId, b.hello.logEpoch]);
		await Promise.all([a.close(), b.close()]);
	});
}

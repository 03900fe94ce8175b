/** Whom the client trusts over TLS, and that a wrong server never sees the token (protocol §1). */
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { UserError } from "../../server/core/problem.ts";
import { TrainerClient } from "../../server/node/trainer-client.ts";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";

const caFile = fileURLToPath(new URL("../fixtures/tls/cert.pem", import.meta.url));
const cert = await readFile(caFile);
const key = await readFile(new URL("../fixtures/tls/key.pem", import.meta.url));
const pin = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");

const folder = await mkdtemp(join(tmpdir(), "trainer-tls-"));
const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const trainer = await startPracticeTrainer({ folder, mediaFolder, runMs: 0 });
let received = "";
const front = createServer({ cert, key }, (socket) => {
	const upstream = connect(Number(new URL(trainer.url).port), "127.0.0.1");
	socket.on("data", (chunk) => {
		received += chunk.toString("latin1");
		upstream.write(chunk);
	});
	upstream.pipe(socket);
	for (const one of [socket, upstream]) one.on("error", () => one.destroy());
	socket.on("close", () => upstream.destroy());
}).listen(0, "127.0.0.1");
front.on("tlsClientError", () => {});
await once(front, "listening");
const url = `wss://127.0.0.1:${(front.address() as AddressInfo).port}`;
after(async () => {
	front.close();
	await trainer.close();
	await rm(folder, { recursive: true });
});

let places = 0;
async function check(
	trust: { caFile?: string; pin?: string },
	expected: "connected" | [string, RegExp],
): Promise<void> {
	received = "";
	const students = join(folder, `students-${places++}`);
	const client = await TrainerClient.open({ url, token: trainer.token, folder: students, version: "test", ...trust });
	const connecting = client.connect();
	if (expected === "connected") assert.equal((await connecting).server.practice, true);
	else {
		const [code, message] = expected;
		await assert.rejects(connecting, (cause: unknown) => {
			assert.ok(cause instanceof UserError && cause.code === code, String(cause));
			assert.match(cause.message, message);
			return true;
		});
		assert.equal(received, "", "a server that is not trusted has read no byte");
		assert.equal(client.link.state, "stopped");
	}
	await client.close();
}

test("an authority from a file is trusted", () => check({ caFile }, "connected"));
test("a certificate nobody vouches for is refused", () => check({}, ["trainer-certificate", /caFile.*pin/]));
test("the right pin replaces every other check", () => check({ pin }, "connected"));
test("a pin in capitals is the same pin", () => check({ pin: pin.toUpperCase() }, "connected"));
test("a wrong pin shows both, before any byte is sent", () =>
	check({ pin: "0".repeat(64) }, ["trainer-pin", new RegExp(`${pin}, pinned is 0000`)]));
test("an authority file that is not there", () =>
	check({ caFile: join(folder, "none.pem") }, ["trainer-certificate", /none\.pem cannot be read/]));

// A practice trainer behind TLS, in a process of its own: prints its address, token and pin, and ends when its input does.
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";

const cert = await readFile(new URL("../fixtures/tls/cert.pem", import.meta.url));
const key = await readFile(new URL("../fixtures/tls/key.pem", import.meta.url));
const pin = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");
const folder = await mkdtemp(join(tmpdir(), "tls-trainer-"));
const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const trainer = await startPracticeTrainer({ folder, mediaFolder, runMs: 60_000 });
const front = createServer({ cert, key }, (socket) => {
	const upstream = connect(Number(new URL(trainer.url).port), "127.0.0.1");
	socket.pipe(upstream).pipe(socket);
	for (const one of [socket, upstream]) one.on("error", () => one.destroy());
}).listen(0, "127.0.0.1");
front.on("tlsClientError", () => {});
await once(front, "listening");
const { port } = front.address() as AddressInfo;
console.log(JSON.stringify({ url: `wss://127.0.0.1:${port}`, token: trainer.token, pin }));
process.stdin.resume();
await once(process.stdin, "end");
await rm(folder, { recursive: true, force: true });
process.exit(0);

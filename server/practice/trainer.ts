/** The practice trainer: speaks the whole trainer protocol on loopback and trains byte n-gram students for real. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { closeCodes, type Limits, rpcPath, serverPingMs, subprotocol } from "../core/trainer/limits.ts";
import { newestCheckpoint } from "./trainer-checkpoints.ts";
import { type Deadlines, TrainerConnection, usualDeadlines } from "./trainer-connection.ts";
import { type Fault, JobQueue } from "./trainer-jobs.ts";
import { lockFolder } from "./trainer-lock.ts";
import { requeue, TrainerMethods } from "./trainer-methods.ts";
import { Bucket } from "./trainer-rate.ts";
import { practiceLimits } from "./trainer-spec.ts";
import { TrainerStore } from "./trainer-store.ts";
import { TrainerUploads } from "./trainer-uploads.ts";
import { work } from "./trainer-work.ts";

export interface PracticeTrainerOptions {
	/** Where runs, datasets and the token's hash live; kept between starts. */
	readonly folder: string;
	/** The product's `media/`, with the practice seeds. */
	readonly mediaFolder: string;
	/** Milliseconds a run takes, so that it can be watched; 0 in tests. */
	readonly runMs?: number;
	readonly port?: number;
	readonly token?: string;
	readonly now?: () => number;
	readonly limits?: Partial<Limits>;
	/** Test only: less patience with clients. */
	readonly deadlines?: Partial<Deadlines>;
	/** Test only: what goes wrong in the run of this title. */
	readonly fault?: (title: string) => Fault | undefined;
}

export interface PracticeTrainer {
	readonly url: string;
	readonly token: string;
	/** Test only: ends all connections without a word, as a broken network would. */
	cut(): void;
	close(): Promise<void>;
}

const usualRunMs = 5000;
const failuresBeforeDelay = 5;
const failureWindowMs = 60_000;

export async function startPracticeTrainer(options: PracticeTrainerOptions): Promise<PracticeTrainer> {
	const { folder, mediaFolder, runMs = usualRunMs, now = Date.now, fault = () => undefined } = options;
	const limits = { ...practiceLimits, ...options.limits };
	const token = options.token ?? `plt_${randomBytes(32).toString("base64url")}`;
	const closing = new AbortController();
	const lock = await lockFolder(folder);
	const store = new TrainerStore(folder, now);
	await store.open();
	const world = { mediaFolder, now, runMs, fault, wait: (ms: number) => wait(ms, closing.signal) };
	const queue = new JobQueue(store, world, work);
	const uploads = new TrainerUploads(store, limits, now);
	await uploads.open();
	await recover(store, queue);
	const methods = new TrainerMethods(store, queue, limits, now);
	const launches = new Bucket({ perS: limits.launchesPerMinute / 60, burst: limits.launchesPerMinute, now });
	const isClosing = () => closing.signal.aborted;
	const deadlines = { ...usualDeadlines, ...options.deadlines };
	const trainer = { store, methods, uploads, limits, launches, now, deadlines, isClosing };

	const sockets = new WebSocketServer({
		noServer: true,
		maxPayload: limits.inboundMessageBytes,
		perMessageDeflate: false,
		handleProtocols: () => subprotocol,
	});
	const connections = new Set<TrainerConnection>();
	const door = new Door(token, limits, now, () => ({ count: sockets.clients.size, isClosing: isClosing() }));
	const server = createServer((request, response) => {
		const isHealth = request.method === "GET" && request.url === "/healthz";
		response.writeHead(isHealth ? 200 : 404).end(isHealth ? "ok\n" : "");
	});
	server.on("upgrade", (request, socket, head) => {
		socket.on("error", () => socket.destroy());
		void door.admit(request, socket).then((isAdmitted) => {
			if (!isAdmitted) return;
			sockets.handleUpgrade(request, socket, head, (client) => {
				const connection = new TrainerConnection(client, trainer);
				connections.add(connection);
				client.on("close", () => connections.delete(connection));
			});
		});
	});
	const heartbeat = beat(sockets);
	const notices = announce(store, connections);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port ?? 0, "127.0.0.1", resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `ws://127.0.0.1:${port}${rpcPath}`,
		token,
		cut: () => {
			for (const client of sockets.clients) client.terminate();
		},
		close: async () => {
			closing.abort();
			clearInterval(heartbeat);
			notices.stop();
			for (const client of sockets.clients) client.close(closeCodes.shuttingDown, "shutting down");
			await queue.close();
			for (const client of sockets.clients) client.terminate();
			await new Promise((resolve) => {
				server.close(resolve);
				server.closeAllConnections();
			});
			await uploads.close();
			await store.close();
			await lock.release();
		},
	};
}

/** Runs an earlier process left behind were stopped by its end; they go on by themselves. */
async function recover(store: TrainerStore, queue: JobQueue): Promise<void> {
	for (const stored of store.runs.values()) {
		if (stored.run.final) continue;
		if (stored.isCancelled) {
			await store.enter(stored, "cancelled", { reason: "user", fault: "user" });
		} else if (stored.state === "queued") {
			stored.resumeFrom ??= newestCheckpoint(stored);
			queue.add(stored);
		} else {
			if (stored.state !== "interrupted") {
				await store.enter(stored, "interrupted", { reason: "host_restart", fault: "system" });
			}
			await requeue(store, queue, stored, { resumeFrom: newestCheckpoint(stored) ?? 0, reason: "requeued" });
		}
	}
}

/** The checks before the upgrade, in the order of protocol §1; the first failure answers. */
class Door {
	readonly #tokenHash: Buffer;
	readonly #limits: Limits;
	readonly #now: () => number;
	readonly #load: () => { readonly count: number; readonly isClosing: boolean };
	readonly #failures = new Map<string, number[]>();

	constructor(
		token: string,
		limits: Limits,
		now: () => number,
		load: () => { readonly count: number; readonly isClosing: boolean },
	) {
		this.#tokenHash = sha256(token);
		this.#limits = limits;
		this.#now = now;
		this.#load = load;
	}

	async admit(request: IncomingMessage, socket: Duplex): Promise<boolean> {
		const [path] = (request.url ?? "").split("?");
		if (path !== rpcPath) return refuse(socket, "404 Not Found");
		if (request.headers.origin !== undefined) return refuse(socket, "403 Forbidden");
		if (!this.#isToken(request.headers.authorization)) {
			await this.#delay(request.socket.remoteAddress ?? "");
			return refuse(socket, "401 Unauthorized");
		}
		const { count, isClosing } = this.#load();
		if (isClosing || count >= this.#limits.connections) {
			return refuse(socket, "503 Service Unavailable", "Retry-After: 5\r\n");
		}
		const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
		return offered.includes(subprotocol) || refuse(socket, "400 Bad Request");
	}

	#isToken(header: string | undefined): boolean {
		const [scheme, token] = (header ?? "").split(" ");
		return timingSafeEqual(sha256(token ?? ""), this.#tokenHash) && scheme?.toLowerCase() === "bearer";
	}

	/** From the fifth failure of an address within a minute on, guessing takes a second. */
	async #delay(address: string): Promise<void> {
		const nowMs = this.#now();
		const recent = (this.#failures.get(address) ?? []).filter((ms) => nowMs - ms < failureWindowMs);
		this.#failures.set(address, [...recent, nowMs]);
		if (recent.length + 1 >= failuresBeforeDelay) await new Promise((resolve) => setTimeout(resolve, 1000));
	}
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();

function refuse(socket: Duplex, status: string, headers = ""): false {
	socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`);
	return false;
}

/** Pings every 20 s and drops a peer that did not answer the ping before. */
function beat(sockets: WebSocketServer): NodeJS.Timeout {
	const answered = new WeakSet<object>();
	const timer = setInterval(() => {
		for (const client of sockets.clients) {
			if (client.listenerCount("pong") === 0) {
				client.on("pong", () => answered.add(client));
			} else if (!answered.delete(client)) {
				client.terminate();
				continue;
			}
			client.ping();
		}
	}, serverPingMs);
	return timer.unref();
}

const noticeEveryMs = 1000;

/** Says which runs changed, at most once a second. */
function announce(store: TrainerStore, connections: ReadonlySet<TrainerConnection>): { stop(): void } {
	const changed = new Set<string>();
	let timer: NodeJS.Timeout | undefined;
	store.onChange = (runId) => {
		changed.add(runId);
		timer ??= setTimeout(() => {
			timer = undefined;
			const runIds = [...changed];
			changed.clear();
			for (const connection of connections) connection.notify("notice", { kind: "runsChanged", runIds });
		}, noticeEveryMs).unref();
	};
	return { stop: () => clearTimeout(timer) };
}

/** Even no time at all lets sockets have their turn. Rejects when the trainer closes. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(new Error("The practice trainer closed."));
		const timer = ms === 0 ? setImmediate(done) : setTimeout(done, ms);
		const stop = () => {
			if (ms === 0) clearImmediate(timer as NodeJS.Immediate);
			else clearTimeout(timer as NodeJS.Timeout);
			reject(new Error("The practice trainer closed."));
		};
		signal.addEventListener("abort", stop, { once: true });
		function done() {
			signal.removeEventListener("abort", stop);
			resolve();
		}
	});
}

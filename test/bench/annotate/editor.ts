/** A file of 10,000 samples opened in the language server as an editor does it: a process of its own, over stdio. */
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
	createProtocolConnection,
	DidChangeTextDocumentNotification,
	DidOpenTextDocumentNotification,
	DocumentDiagnosticRequest,
	ExitNotification,
	HoverRequest,
	InitializedNotification,
	InitializeRequest,
	InlayHintRequest,
	type ProtocolConnection,
	ShutdownRequest,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import { seededRandom } from "../../core/near-duplicates/planted-texts.ts";
import type { BenchRow } from "../main.ts";
import { cpuText, type ProcessUse, useOf } from "./process-use.ts";
import { sampleLine } from "./sample-lines.ts";

const opened = 10_000;
const keystrokes = 200;
const uri = "file:///bench/samples.jsonl";
const cli = fileURLToPath(new URL("../../../server/cli.ts", import.meta.url));
/** The server is done when it has asked for nothing anew this long. */
const quietMs = 3000;

export async function editorRows(): Promise<BenchRow[]> {
	const random = seededRandom(1);
	const lines = Array.from({ length: opened }, (_, index) => sampleLine(index, 700, random));
	const text = `${lines.join("\n")}\n`;
	const server = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", cli, "lsp", "--stdio"], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const connection = createProtocolConnection(
		new StreamMessageReader(server.stdout),
		new StreamMessageWriter(server.stdin),
	);
	const session = new Session(connection, () => useOf(server.pid));
	try {
		await session.start();
		const times = await session.open(text);
		const keys = await session.type(lines, random);
		const hovers = await session.hover(random);
		const bytes = Math.round(Buffer.byteLength(text) / opened);
		return [
			{ what: `${opened} samples of ${bytes} bytes opened: first diagnostics`, ...milliseconds(times.first, 500) },
			{ what: "first pass over all", ...milliseconds(times.pass, 3000, times.passCpu) },
			{
				what: "everything, near duplicates and spelling too",
				...milliseconds(times.everything, 10_000, times.everythingCpu),
			},
			{ what: `keystroke to diagnostics, p95 of ${keystrokes}`, ...milliseconds(p95(keys), 50) },
			{ what: `hover, p95 of ${keystrokes}`, ...milliseconds(p95(hovers), 20) },
			{ what: "longest wait for an answer while the file was read", ...milliseconds(times.longestWait, 1000) },
		];
	} finally {
		await session.end();
		server.kill();
	}
}

class Session {
	readonly #connection: ProtocolConnection;
	readonly #use: () => ProcessUse | null;
	#lastRefresh = 0;

	constructor(connection: ProtocolConnection, use: () => ProcessUse | null) {
		this.#connection = connection;
		this.#use = use;
		connection.onRequest("workspace/diagnostic/refresh", () => {
			this.#lastRefresh = performance.now();
			return null;
		});
		connection.onRequest("workspace/inlayHint/refresh", () => null);
		connection.listen();
	}

	async start(): Promise<void> {
		await this.#connection.sendRequest(InitializeRequest.type, {
			processId: process.pid,
			rootUri: null,
			workspaceFolders: null,
			capabilities: { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } },
		});
		await this.#connection.sendNotification(InitializedNotification.type, {});
	}

	/** The editor pulls again whenever it is told to, as VS Code does. */
	async open(text: string) {
		const started = performance.now();
		const before = this.#use();
		const textDocument = { uri, languageId: "jsonl", version: 1, text };
		await this.#connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
		const view = { start: { line: 0, character: 0 }, end: { line: 50, character: 0 } };
		const hints = this.#connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: view });
		await Promise.all([hints, this.#pull()]);
		const first = performance.now() - started;
		let pass = Number.NaN;
		let passCpu = "";
		let longestWait = 0;
		let pulled = performance.now();
		this.#lastRefresh = pulled;
		while (performance.now() - this.#lastRefresh < quietMs) {
			const asked = performance.now();
			const read = await this.#readLines();
			longestWait = Math.max(longestWait, performance.now() - asked);
			if (Number.isNaN(pass) && read >= opened) {
				pass = performance.now() - started;
				passCpu = cpuText(before, this.#use());
			}
			if (this.#lastRefresh > pulled) {
				pulled = performance.now();
				await this.#pull();
			}
			await sleep(20);
		}
		const everythingCpu = cpuText(before, this.#use());
		return { first, pass, passCpu, everything: this.#lastRefresh - started, everythingCpu, longestWait };
	}

	async type(lines: readonly string[], random: () => number): Promise<number[]> {
		const times: number[] = [];
		for (let stroke = 0; stroke < keystrokes; stroke += 1) {
			const line = Math.floor(random() * lines.length);
			// Inside the answer, before its closing quote; the line grows at most by the strokes before.
			const at = { line, character: (lines[line]?.length ?? 3) - 3 };
			const started = performance.now();
			await this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
				textDocument: { uri, version: stroke + 2 },
				contentChanges: [{ range: { start: at, end: at }, text: "x" }],
			});
			await this.#pull();
			times.push(performance.now() - started);
		}
		return times;
	}

	async hover(random: () => number): Promise<number[]> {
		const times: number[] = [];
		for (let asked = 0; asked < keystrokes; asked += 1) {
			const started = performance.now();
			const position = { line: Math.floor(random() * opened), character: 5 };
			await this.#connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
			times.push(performance.now() - started);
		}
		return times;
	}

	async end(): Promise<void> {
		await this.#connection.sendRequest(ShutdownRequest.type);
		await this.#connection.sendNotification(ExitNotification.type);
		this.#connection.dispose();
	}

	async #pull(): Promise<void> {
		await this.#connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
	}

	/** Lines of which something is known, as the status bar asks for it. */
	async #readLines(): Promise<number> {
		const answer: { counts: { samples: number; broken: number } } | null = await this.#connection.sendRequest(
			"polyglot/review/summary",
			{ uri },
		);
		return answer ? answer.counts.samples + answer.counts.broken : 0;
	}
}

function p95(times: readonly number[]): number {
	return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

function milliseconds(value: number, target: number, more = ""): Pick<BenchRow, string> {
	return { measured: `${value.toFixed(0)} ms${more}`, target: `≤ ${target} ms`, ok: value <= target };
}

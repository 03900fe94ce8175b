/** A real editor's side of the protocol: the server in a process of its own, spoken to over stdio. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
	type ClientCapabilities,
	createProtocolConnection,
	type Diagnostic,
	DidChangeTextDocumentNotification,
	DidOpenTextDocumentNotification,
	ExitNotification,
	InitializedNotification,
	InitializeRequest,
	type InitializeResult,
	type ProtocolConnection,
	PublishDiagnosticsNotification,
	type Range,
	ShutdownRequest,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";

const cli = fileURLToPath(new URL("../../server/cli.ts", import.meta.url));

export interface Session {
	readonly connection: ProtocolConnection;
	readonly started: InitializeResult;
	readonly uri: string;
	/** What the editor answers when asked for its settings. */
	readonly settings: { value: unknown };
	open(text: string, uri?: string): Promise<void>;
	edit(range: Range, text: string): Promise<void>;
	/** The next diagnostics pushed for the file that satisfy `wanted`. */
	pushed(wanted?: (diagnostics: readonly Diagnostic[]) => boolean, uri?: string): Promise<readonly Diagnostic[]>;
	/** Lines the server wrote beside the protocol. */
	readonly complaints: string[];
	/** Ends the process, whatever it does. */
	kill(): void;
	/** Ends the session as an editor does; gives the exit code. */
	end(): Promise<number | null>;
}

export interface SessionOptions {
	readonly capabilities?: ClientCapabilities;
	readonly folderUri?: string;
	readonly settings?: unknown;
	readonly isTrusted?: boolean;
}

export async function startSession(options: SessionOptions = {}): Promise<Session> {
	const server = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", cli, "lsp", "--stdio"], {
		stdio: "pipe",
	});
	const connection = createProtocolConnection(
		new StreamMessageReader(server.stdout),
		new StreamMessageWriter(server.stdin),
	);
	const complaints: string[] = [];
	const settings = { value: options.settings ?? null };
	server.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
	const exited = new Promise<number | null>((resolve) => void server.once("exit", resolve));
	const inbox = diagnosticsInbox(connection);
	connection.onRequest("workspace/configuration", () => [settings.value]);
	connection.onRequest("workspace/inlayHint/refresh", () => null);
	connection.onRequest("workspace/diagnostic/refresh", () => null);
	connection.listen();
	const started = await connection.sendRequest(InitializeRequest.type, {
		processId: process.pid,
		rootUri: options.folderUri ?? null,
		capabilities: options.capabilities ?? {},
		initializationOptions: { isTrusted: options.isTrusted === true },
		workspaceFolders: options.folderUri ? [{ uri: options.folderUri, name: "test" }] : null,
	});
	await connection.sendNotification(InitializedNotification.type, {});
	const uri = "file:///test/samples.jsonl";
	let version = 1;
	return {
		connection,
		started,
		uri,
		complaints,
		settings,
		open: (text, at = uri) =>
			connection.sendNotification(DidOpenTextDocumentNotification.type, {
				textDocument: { uri: at, languageId: at.endsWith(".jsonl") ? "jsonl" : "json", version: 1, text },
			}),
		edit: (range, text) =>
			connection.sendNotification(DidChangeTextDocumentNotification.type, {
				textDocument: { uri, version: ++version },
				contentChanges: [{ range, text }],
			}),
		pushed: (wanted = () => true, at = uri) => inbox(at, wanted),
		kill: () => void server.kill("SIGKILL"),
		async end() {
			await connection.sendRequest(ShutdownRequest.type);
			await connection.sendNotification(ExitNotification.type);
			return exited;
		},
	};
}

/** Hands out each pushed list once, in order. */
function diagnosticsInbox(connection: ProtocolConnection) {
	const kept: { uri: string; diagnostics: Diagnostic[] }[] = [];
	let wake: () => void = () => {};
	connection.onNotification(PublishDiagnosticsNotification.type, (message) => {
		kept.push(message);
		wake();
	});
	return async (
		uri: string,
		wanted: (diagnostics: readonly Diagnostic[]) => boolean,
	): Promise<readonly Diagnostic[]> => {
		for (;;) {
			const index = kept.findIndex((message) => message.uri === uri && wanted(message.diagnostics));
			const [found] = index < 0 ? [] : kept.splice(0, index + 1).slice(-1);
			if (found) return found.diagnostics;
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	};
}

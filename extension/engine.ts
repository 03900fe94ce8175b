/** The engine process: the language server that also generates, trains and scores. */
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, TransportKind } from "vscode-languageclient/node";
import type * as z from "zod/mini";
import { notifications, secretRequest } from "../server/core/engine-api.ts";
import { type LanguageModelReply, languageModelRequest } from "../server/core/generate/language-model-request.ts";
import type { NotificationType, RequestType } from "../server/core/request-type.ts";
import { LanguageModels } from "./language-model.ts";
import { NotificationListeners } from "./notification-listeners.ts";
import { withReviewLenses } from "./review-lens.ts";
import { readSecret } from "./secrets.ts";

/** Typed questions to the engine, and what it tells. */
export interface Engine extends vscode.Disposable {
	request<P extends z.ZodMiniType, R extends z.ZodMiniType>(
		type: RequestType<P, R>,
		params: z.infer<P>,
	): Promise<z.infer<R>>;
	on<P extends z.ZodMiniType>(type: NotificationType<P>, listener: (params: z.infer<P>) => void): vscode.Disposable;
	/** The editor's own models, which the engine asks through us. */
	readonly models: LanguageModels;
}

/** Starts the engine with Node of the extension host. Settles when it answers. */
export async function startEngine(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Engine> {
	// Without it V8 lets the heap of a long run grow to four times what is in use (server/launch.mjs has the figures).
	const options = { execArgv: ["--heap-growing-percent=50"] };
	const module = context.asAbsolutePath("dist/polyglot.mjs");
	const server = { module, args: ["lsp"], transport: TransportKind.stdio, options };
	const client = new LanguageClient("polyglot", "Polyglot Lens", { run: server, debug: server }, clientOptions(log));
	answerSecrets(client, context.secrets);
	const models = new LanguageModels(context.globalState);
	client.onRequest<LanguageModelReply, void>(
		languageModelRequest.method,
		(params: unknown, token: vscode.CancellationToken) => models.ask(languageModelRequest.params.parse(params), token),
	);
	await client.start();
	const trusted = vscode.workspace.onDidGrantWorkspaceTrust(() =>
		client.sendNotification(notifications.trusted.method, {}),
	);
	const listeners = new NotificationListeners((method, handler) => client.onNotification(method, handler));
	return {
		models,
		request: async (type, params) => type.result.parse(await client.sendRequest(type.method, params)),
		on: (type, listener) => listeners.on(type, listener),
		dispose: () => {
			trusted.dispose();
			void client.dispose();
		},
	};
}

function clientOptions(log: vscode.LogOutputChannel): LanguageClientOptions {
	return {
		documentSelector: [{ language: "jsonl" }, { pattern: "**/polyglot.json" }],
		outputChannel: log,
		initializationOptions: { isTrusted: vscode.workspace.isTrusted },
		synchronize: {
			configurationSection: "polyglot",
			fileEvents: vscode.workspace.createFileSystemWatcher("**/polyglot.json"),
		},
		markdown: { isTrusted: false, supportHtml: false },
		middleware: { provideCodeLenses: withReviewLenses },
	};
}

/** Keys leave the secret storage only here, only for the origin they were entered for. */
function answerSecrets(client: LanguageClient, secrets: vscode.SecretStorage): void {
	client.onRequest(secretRequest.method, async (params: unknown) => {
		return { secret: await readSecret(secrets, secretRequest.params.parse(params)) };
	});
}

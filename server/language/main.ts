/** The language server: standard LSP, with everything of the outside handed in. Works in any LSP editor. */
import { fileURLToPath } from "node:url";
import {
	type Connection,
	type InitializeParams,
	type InitializeResult,
	TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { notifications, StartOptions } from "../core/engine-api.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { francDetect } from "../core/language-id/franc-detector.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import { loadProject } from "../node/project-file.ts";
import { DecisionBook, decideCommand } from "./decide.ts";
import type { Feature, Runtime, ServerContext } from "./feature.ts";
import { ProjectWatch } from "./project-watch.ts";
import { regenerateCommand } from "./regenerate.ts";
import { Review } from "./review.ts";
import { reviewFeature } from "./review-feature.ts";
import { serveReviewPanel } from "./review-panel.ts";
import { safeRunner } from "./run-safe.ts";

/** Serves one editor on this connection until it ends. */
export function startServer(connection: Connection, runtime: Runtime, features: readonly Feature[] = []): void {
	const safely = safeRunner(runtime);
	let detectors: Detectors = { franc: francDetect };
	const watch = new ProjectWatch();
	const book = new DecisionBook();
	const review = new Review(
		runtime,
		() => ({ project: watch.project, detectors }),
		() => book.decisions,
	);
	const closers: (() => void | Promise<void>)[] = [() => review.end()];
	let start: Start = { folder: undefined, isTrusted: false };
	const server: ServerContext = {
		connection,
		runtime,
		folder: () => start.folder,
		project: () => watch.project,
		isTrusted: () => start.isTrusted,
		detectors: () => detectors,
		decisions: () => book.decisions,
		openDocument: (uri) => review.document(uri),
		review: {
			...{ file: (uri) => review.file(uri), actions: [], hoverRows: [], commands: new Map() },
			setMeasured: (measured) => {
				review.setMeasured(measured);
				serveReview.refresh();
			},
		},
		trainer: undefined,
		onProjectChange: (listener) => void watch.listeners.push(listener),
		onShutdown: (close) => void closers.push(close),
	};
	connection.onInitialize(async (params) => {
		detectors = await detectorsOrFranc(runtime.mediaFolder, runtime.log);
		start = readStart(params);
		// Before the first question, so that none is answered without the project's teachers and thresholds.
		if (start.folder !== undefined) watch.project = (await loadProject(start.folder)).project;
		return {
			capabilities: { ...capabilities, ...serveReview.initialize(params) },
			serverInfo: { name: "Polyglot Lens" },
		};
	});
	connection.onNotification(notifications.trusted.method, () => {
		start = { ...start, isTrusted: true };
	});
	connection.onShutdown(() =>
		safely("shutdown", undefined, async () => void (await Promise.all(closers.map((close) => close())))),
	);
	const serveReview = reviewFeature(server, review, watch, book, safely);
	serveReviewPanel(server, review, book, () => serveReview.refresh());
	for (const feature of features) feature(server);
	connection.listen();
}

interface Start {
	readonly folder: string | undefined;
	readonly isTrusted: boolean;
}

const capabilities: InitializeResult["capabilities"] = {
	textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
	hoverProvider: true,
	inlayHintProvider: true,
	documentSymbolProvider: true,
	codeLensProvider: {},
	foldingRangeProvider: true,
	executeCommandProvider: { commands: [decideCommand, regenerateCommand] },
	codeActionProvider: { codeActionKinds: ["quickfix"] },
	workspace: { workspaceFolders: { supported: true } },
};

/** An editor that says nothing of trust has none to give: nothing is written or sent then. */
function readStart(params: InitializeParams): Start {
	const options = StartOptions.safeParse(params.initializationOptions);
	const uri = params.workspaceFolders?.[0]?.uri ?? params.rootUri ?? undefined;
	return {
		folder: uri?.startsWith("file:") ? fileURLToPath(uri) : undefined,
		isTrusted: options.success && options.data.isTrusted,
	};
}

/** Wires review's handlers to the protocol. What each answers lives in a file of its own. */
import type { InitializeParams, ServerCapabilities } from "vscode-languageserver/node";
import { actionsFor } from "./code-actions.ts";
import { lensesOf } from "./code-lens.ts";
import { type DecisionBook, decideCommand } from "./decide.ts";
import { type DiagnosticsFeed, serveDiagnostics } from "./diagnostics.ts";
import type { ServerContext } from "./feature.ts";
import { foldsOf } from "./folding.ts";
import { hoverAt } from "./hover.ts";
import { hintsIn } from "./inlay-hints.ts";
import { type ProjectWatch, projectText, projectUri } from "./project-watch.ts";
import type { Review } from "./review.ts";
import type { RunSafe } from "./run-safe.ts";
import { readSettings } from "./settings.ts";
import { symbolsOf } from "./symbols.ts";

/** Registers the handlers. `initialize` is to be called with the editor's abilities, and answers with the server's. */
export function reviewFeature(
	server: ServerContext,
	review: Review,
	watch: ProjectWatch,
	book: DecisionBook,
	safely: RunSafe,
) {
	const { connection } = server;
	let client: ClientAbilities = noAbilities;
	let feed: DiagnosticsFeed = { update() {}, clear() {} };
	const refreshAll = () => {
		for (const uri of review.uris()) feed.update(uri);
		review.tellAll();
		if (client.canPull && client.canRefreshPulled) void connection.languages.diagnostics.refresh();
		if (client.canRefreshHints) void connection.languages.inlayHint.refresh();
	};
	const loadSettings = async () => {
		if (client.canConfigure) review.settings = readSettings(await connection.workspace.getConfiguration("polyglot"));
	};
	watch.listeners.push(() => {
		review.restart();
		refreshAll();
	});
	syncDocuments(server, review, watch, safely, () => feed);
	answerRequests(server, review, safely, () => client);
	connection.onInitialized(() =>
		safely("initialized", undefined, async () => {
			await loadSettings();
			await book.load(server);
			await watch.reload(server);
			refreshAll();
		}),
	);
	connection.onExecuteCommand(({ command, arguments: [argument] = [] }) =>
		safely(command, null, async () => {
			if (command === decideCommand && (await book.decide(server, argument))) refreshAll();
			await server.review.commands.get(command)?.(argument);
			return null;
		}),
	);
	connection.onDidChangeConfiguration(() =>
		safely("configuration", undefined, async () => {
			await loadSettings();
			refreshAll();
		}),
	);
	connection.onDidChangeWatchedFiles(() => safely("project", undefined, () => watch.reload(server)));
	return {
		refresh: refreshAll,
		initialize(params: InitializeParams): ServerCapabilities {
			client = readAbilities(params);
			feed = serveDiagnostics(server, review, safely, { canPull: client.canPull, canRefresh: client.canRefreshPulled });
			return client.canPull
				? { diagnosticProvider: { interFileDependencies: false, workspaceDiagnostics: false } }
				: {};
		},
	};
}

function syncDocuments(
	server: ServerContext,
	review: Review,
	watch: ProjectWatch,
	safely: RunSafe,
	feed: () => DiagnosticsFeed,
): void {
	const { connection } = server;
	const changed = (uri: string): void | Promise<void> =>
		uri === projectUri(server.folder()) ? watch.reload(server) : feed().update(uri);
	connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) =>
		safely("open", undefined, () => {
			review.open(uri, languageId, version, text);
			return changed(uri);
		}),
	);
	connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
		safely("change", undefined, () => {
			review.change(uri, version, contentChanges);
			return changed(uri);
		}),
	);
	connection.onDidCloseTextDocument(({ textDocument: { uri } }) =>
		safely("close", undefined, () => {
			review.close(uri);
			feed().clear(uri);
			return uri === projectUri(server.folder()) ? watch.reload(server) : undefined;
		}),
	);
}

function answerRequests(server: ServerContext, review: Review, safely: RunSafe, client: () => ClientAbilities): void {
	const { connection } = server;
	connection.languages.inlayHint.on(({ textDocument, range }) =>
		safely("inlay hints", [], () => {
			const file = review.file(textDocument.uri);
			// Editors ask for the lines in view.
			file?.look(range.start.line, range.end.line + 1);
			return file && review.settings.inlayHints.enabled ? hintsIn(file, range) : [];
		}),
	);
	connection.onHover(({ textDocument, position }) =>
		safely("hover", null, async () => {
			const file = review.file(textDocument.uri);
			if (!file || !review.settings.hover.enabled || position.line >= file.lineCount) return null;
			const more = server.review.hoverRows.map((rows) => safely("hover", [], () => rows(file, position.line)));
			return hoverAt(file, position, client().canMarkdown, (await Promise.all(more)).flat());
		}),
	);
	connection.onCodeLens(({ textDocument }) =>
		safely("code lens", [], () => {
			const file = review.file(textDocument.uri);
			return file && review.settings.codeLens.enabled ? lensesOf(file, review.settings.diagnostics.maximum) : [];
		}),
	);
	connection.onDocumentSymbol(({ textDocument }) =>
		safely("symbols", [], () => {
			const file = review.file(textDocument.uri);
			return file && review.settings.symbols.enabled ? symbolsOf(file) : [];
		}),
	);
	connection.onFoldingRanges(({ textDocument: { uri } }, token) =>
		safely("folding", [], () => {
			const file = review.file(uri);
			return file && review.settings.folding.enabled ? foldsOf(file, server.runtime.now, token) : [];
		}),
	);
	connection.onCodeAction(({ textDocument, range, context }) =>
		safely("code actions", [], async () => {
			const file = review.file(textDocument.uri);
			if (!file) return [];
			const uri = projectUri(server.folder());
			const project = uri === undefined ? undefined : { uri, text: await projectText(server, uri) };
			const own = actionsFor(file, range, context.diagnostics, project);
			const { line } = range.start;
			const added =
				line < file.lineCount
					? await Promise.all(
							server.review.actions.map((more) => safely("further actions", [], () => more(file, line))),
						)
					: [];
			return [...own, ...added.flat()];
		}),
	);
}

interface ClientAbilities {
	readonly canPull: boolean;
	readonly canRefreshPulled: boolean;
	readonly canRefreshHints: boolean;
	readonly canConfigure: boolean;
	readonly canMarkdown: boolean;
}

const noAbilities: ClientAbilities = {
	canPull: false,
	canRefreshPulled: false,
	canRefreshHints: false,
	canConfigure: false,
	canMarkdown: false,
};

function readAbilities({ capabilities: { textDocument, workspace } }: InitializeParams): ClientAbilities {
	return {
		canPull: textDocument?.diagnostic !== undefined,
		canRefreshPulled: workspace?.diagnostics?.refreshSupport === true,
		canRefreshHints: workspace?.inlayHint?.refreshSupport === true,
		canConfigure: workspace?.configuration === true,
		canMarkdown: textDocument?.hover?.contentFormat?.includes("markdown") === true,
	};
}

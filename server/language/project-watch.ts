/** Keeps `polyglot.json` in force: read at the start, again when it changes, its faults shown on the file itself. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DiagnosticSeverity } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { emptyProject, type Project } from "../core/project.ts";
import { type ReadProject, readProject } from "../core/project-text.ts";
import { loadProject, projectFileName } from "../node/project-file.ts";
import type { ServerContext } from "./feature.ts";

export class ProjectWatch {
	project: Project = emptyProject;
	readonly listeners: (() => void)[] = [];

	/** Reads the file, from the editor where it is open there; tells listeners if it changed. */
	async reload(server: ServerContext): Promise<void> {
		const uri = projectUri(server.folder());
		if (uri === undefined) return;
		const open = server.openDocument(uri)?.getText();
		const read = open === undefined ? await loadProject(fileURLToPath(new URL(".", uri))) : readProject(open);
		await publish(server, uri, read, open);
		const isSame = JSON.stringify(read.project) === JSON.stringify(this.project);
		this.project = read.project;
		if (!isSame) for (const listener of this.listeners) listener();
	}
}

export function projectUri(folder: string | undefined): string | undefined {
	return folder === undefined ? undefined : pathToFileURL(join(folder, projectFileName)).href;
}

/** The file's text in the editor, else on disk; null where there is none. */
export async function projectText(server: ServerContext, uri: string): Promise<string | null> {
	return server.openDocument(uri)?.getText() ?? (await readFile(fileURLToPath(uri), "utf8").catch(() => null));
}

async function publish(
	server: ServerContext,
	uri: string,
	{ problems }: ReadProject,
	open: string | undefined,
): Promise<void> {
	const text = open ?? (problems.length > 0 ? await projectText(server, uri) : null) ?? "";
	const document = TextDocument.create(uri, "json", 0, text);
	const diagnostics = problems.map(({ code, message, offset, length }) => ({
		range: { start: document.positionAt(offset), end: document.positionAt(offset + length) },
		severity: code.startsWith("unknown-") ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
		source: "Polyglot Lens",
		code,
		message,
	}));
	await server.connection.sendDiagnostics({ uri, diagnostics });
}

/** Loads `polyglot.json` of a folder. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { emptyProject } from "../core/project.ts";
import { type ReadProject, readProject } from "../core/project-text.ts";

export const projectFileName = "polyglot.json";

/** The folder's project and what is wrong with it; the empty project where the folder has none. */
export async function loadProject(folder: string): Promise<ReadProject> {
	const path = join(folder, projectFileName);
	try {
		return readProject(await readFile(path, "utf8"));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { project: emptyProject, problems: [] };
		const message = `${path} can't be read: ${cause instanceof Error ? cause.message : cause}`;
		return { project: emptyProject, problems: [{ code: "unreadable", message, offset: 0, length: 0 }] };
	}
}

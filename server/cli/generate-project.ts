/** The `polyglot.json` a command of generation works with. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { UserError } from "../core/problem.ts";
import { emptyProject, type Project, type Teacher } from "../core/project.ts";
import { readProject } from "../core/project-text.ts";

/** Without `path`, a missing `polyglot.json` is the empty project; a named file must be there. One with errors is refused. */
export async function readProjectFile(path: string | undefined, cwd: string): Promise<Project> {
	const full = resolve(cwd, path ?? "polyglot.json");
	const text = await readFile(full, "utf8").catch((cause: unknown) => {
		if (path === undefined && cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
		throw new UserError("project-unreadable", `Cannot read ${full}: ${String(cause)}`, { cause });
	});
	if (text === undefined) return emptyProject;
	const { project, problems } = readProject(text);
	const [problem] = problems;
	if (problem) throw new UserError("project-broken", `${full}, offset ${problem.offset}: ${problem.message}`);
	return project;
}

/** The teachers of that project that can be asked without an editor. */
export async function teachersOfProject(path: string | undefined, cwd: string): Promise<readonly Teacher[]> {
	return (await readProjectFile(path, cwd)).teachers.filter(isEndpointTeacher);
}

/** The teachers a `polyglot.json` names, for the command line. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ParseError, parse } from "jsonc-parser";
import { UserError } from "../core/problem.ts";
import { Project, type Teacher } from "../core/project.ts";

/** Without `path`, a missing `polyglot.json` is no teachers; a named file must be there. */
export async function teachersOfProject(path: string | undefined, cwd: string): Promise<Teacher[]> {
	const full = resolve(cwd, path ?? "polyglot.json");
	const text = await readFile(full, "utf8").catch((cause: unknown) => {
		if (path === undefined && cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
		throw new UserError("project-unreadable", `Cannot read ${full}: ${String(cause)}`, { cause });
	});
	if (text === undefined) return [];
	const errors: ParseError[] = [];
	const project = Project.safeParse(parse(text, errors, { allowTrailingComma: true }));
	if (errors.length > 0) throw new UserError("project-broken", `${full} is not JSON (at offset ${errors[0]?.offset}).`);
	if (project.success) return project.data.teachers;
	const issue = project.error.issues[0];
	throw new UserError(
		"project-broken",
		`${full}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "does not fit"}.`,
	);
}

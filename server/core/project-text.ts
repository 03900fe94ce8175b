/** Reads the text of `polyglot.json`; what is wrong with it comes back as problems with their places. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { checkCodes } from "./checks/codes.ts";
import { thresholdNames } from "./checks/thresholds.ts";
import type { Problem } from "./problem.ts";
import { emptyProject, Project } from "./project.ts";

export interface ProjectProblem extends Problem {
	/** UTF-16 place in the file's text. */
	readonly offset: number;
	readonly length: number;
}

export interface ReadProject {
	/** Every part that could be read; a part with a problem is left out as a whole. */
	readonly project: Project;
	readonly problems: readonly ProjectProblem[];
}

/** Never throws. A top-level field with a problem counts as absent. */
export function readProject(text: string): ReadProject {
	const errors: ParseError[] = [];
	const source = text.replace(/^\uFEFF/, " ");
	const root = parseTree(source, errors, { allowTrailingComma: true });
	if (errors.length > 0 || !root) return { project: emptyProject, problems: syntaxProblems(errors) };
	const value = plainValue(root);
	const problems = [
		...schemaProblems(value, root),
		...unknownChecks(root),
		...unknownThresholds(root),
		...repeatedTeachers(root),
	];
	return { project: usable(value), problems };
}

function syntaxProblems(errors: readonly ParseError[]): ProjectProblem[] {
	if (errors.length === 0)
		return [problem("not-json", "polyglot.json is empty; {} is the least it may hold.", "", 0, 1)];
	return errors.slice(0, 20).map(({ error, offset, length }) => {
		const said = printParseErrorCode(error)
			.replace(/([a-z])([A-Z])/g, "$1 $2")
			.toLowerCase();
		return problem("not-json", `polyglot.json is not JSON: ${said}.`, `offset ${offset}`, offset, Math.max(1, length));
	});
}

function schemaProblems(value: unknown, root: Node): ProjectProblem[] {
	const parsed = Project.safeParse(value);
	if (parsed.success) return [];
	return parsed.error.issues.map((issue) => {
		const path = issue.path.filter((part) => typeof part !== "symbol");
		const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
		const node = nodeAt(root, [...path, ...unknown.slice(0, 1)]);
		const where = pathText(path);
		const said =
			unknown.length > 0 ? `knows no field ${unknown.map((key) => `"${key}"`).join(", ")}` : lower(issue.message);
		return problem("schema", `polyglot.json: ${where === "" ? "it" : where} ${said}.`, where, node.offset, node.length);
	});
}

function unknownChecks(root: Node): ProjectProblem[] {
	const known = new Set<string>(checkCodes);
	return properties(findNodeAtLocation(root, ["checks"])).flatMap((language) =>
		properties(language.children?.[1]).flatMap((check) => {
			const [name] = check.children ?? [];
			if (!name || known.has(String(name.value))) return [];
			const message = `polyglot.json: there is no check "${name.value}"; its setting has no effect.`;
			return [problem("unknown-check", message, `checks.${language.children?.[0]?.value}`, name.offset, name.length)];
		}),
	);
}

function unknownThresholds(root: Node): ProjectProblem[] {
	return properties(findNodeAtLocation(root, ["checks"])).flatMap((language) =>
		properties(language.children?.[1]).flatMap(({ children: [check, setting] = [] }) => {
			const code = checkCodes.find((known) => known === check?.value);
			if (code === undefined || !setting) return [];
			return properties(findNodeAtLocation(setting, ["thresholds"])).flatMap(({ children: [name] = [] }) => {
				if (!name || thresholdNames(code).includes(String(name.value))) return [];
				const message = `polyglot.json: "${code}" has no threshold "${name.value}"; it has no effect.`;
				return [
					problem(
						"unknown-threshold",
						message,
						`checks.${language.children?.[0]?.value}.${code}`,
						name.offset,
						name.length,
					),
				];
			});
		}),
	);
}

function repeatedTeachers(root: Node): ProjectProblem[] {
	const seen = new Set<unknown>();
	return (findNodeAtLocation(root, ["teachers"])?.children ?? []).flatMap((teacher, index) => {
		const name = findNodeAtLocation(teacher, ["name"]);
		if (!name || !seen.has(name.value)) {
			if (name) seen.add(name.value);
			return [];
		}
		const message = `polyglot.json: two teachers are named "${name.value}"; the first one counts.`;
		return [problem("repeated-teacher", message, `teachers[${index}].name`, name.offset, name.length)];
	});
}

/** The project of all top-level fields that are right by themselves. */
function usable(value: unknown): Project {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return emptyProject;
	const right = Object.entries(value).filter(([key, part]) => Project.safeParse({ [key]: part }).success);
	return Project.parse(Object.fromEntries(right));
}

/** The value as `JSON.parse` would give it; a tree keeps comments and places beside. */
function plainValue(node: Node): unknown {
	if (node.type === "array") return node.children?.map(plainValue) ?? [];
	if (node.type !== "object") return node.value;
	return Object.fromEntries(
		properties(node).map(({ children }) => [
			String(children?.[0]?.value),
			children?.[1] ? plainValue(children[1]) : null,
		]),
	);
}

function properties(node: Node | undefined): readonly Node[] {
	return node?.type === "object" ? (node.children ?? []) : [];
}

/** The deepest node on the path that exists. */
function nodeAt(root: Node, path: readonly (string | number)[]): Node {
	for (let length = path.length; length > 0; length -= 1) {
		const node = findNodeAtLocation(root, path.slice(0, length));
		if (node) return node.parent?.type === "property" ? node.parent : node;
	}
	return root;
}

function pathText(path: readonly (string | number)[]): string {
	return path.map((part, at) => (typeof part === "number" ? `[${part}]` : at === 0 ? part : `.${part}`)).join("");
}

function lower(message: string): string {
	return message.charAt(0).toLowerCase() + message.slice(1);
}

function problem(code: string, message: string, where: string, offset: number, length: number): ProjectProblem {
	return { code, message, where, offset, length };
}

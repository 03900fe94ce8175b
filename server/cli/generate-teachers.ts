/** The teachers a command of generation asks: by name from the project or practice, or by address. */
import type { EndpointTeacher, RunTeacher } from "../core/generate/run-records.ts";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { UserError } from "../core/problem.ts";
import { type Project, Teacher } from "../core/project.ts";
import { batched } from "../node/generate-run.ts";
import { practiceTeachers } from "../practice/teachers.ts";
import { maxTokensOf, type Values, whole } from "./generate-arguments.ts";

export function chosenTeachers(values: Values, project: Project): RunTeacher[] {
	const { teacher: named = [], model } = values;
	const baseUrl = values["base-url"];
	if (baseUrl !== undefined) return [limited(endpointTeacher(baseUrl, model, named[0]), values)];
	const grid = project.generation;
	const names = named.length > 0 ? named : (grid?.teachers ?? (grid ? project.teachers.map(({ name }) => name) : []));
	if (names.length === 0)
		throw new UserError("arguments", "Name a --teacher, or an endpoint with --base-url and --model.");
	const known = [...project.teachers, ...practiceTeachers("http://127.0.0.1")];
	return names.map((name) => {
		const found = known.find((teacher) => teacher.name === name);
		if (found) return limited(found, values);
		const offered = known.map((teacher) => teacher.name).join(", ");
		throw new UserError(
			"teacher-unknown",
			`There is no teacher ${name}. Known: ${offered}. Add it to polyglot.json, or use --base-url and --model.`,
		);
	});
}

function endpointTeacher(baseUrl: string, model: string | undefined, name: string | undefined): RunTeacher {
	if (model === undefined)
		throw new UserError("arguments", "--base-url needs --model, the model's name at that endpoint.");
	const teacher = Teacher.safeParse({ name: name ?? model.replaceAll(/[^\w.@-]/g, "-").slice(0, 64), baseUrl, model });
	if (!teacher.success)
		throw new UserError(
			"arguments",
			`--base-url ${baseUrl} is not an http:// or https:// address without user, query or spaces.`,
		);
	return teacher.data;
}

function limited(teacher: RunTeacher, values: Values): RunTeacher {
	const { concurrency } = values;
	const maxTokens = maxTokensOf(values);
	if (values.batch && !isEndpointTeacher(teacher))
		throw new UserError("arguments", `--batch needs an endpoint; ${teacher.name} is a model of the editor.`);
	return {
		...(values.batch ? batched(teacher, true) : teacher),
		...(concurrency === undefined ? {} : { concurrency: whole("concurrency", concurrency, 1, 1000) }),
		...(maxTokens === undefined ? {} : { sampling: { ...teacher.sampling, maxTokens } }),
	};
}

/** The practice teacher at its present address, concurrency kept. */
export function addressed(teacher: RunTeacher, canned: readonly EndpointTeacher[]): RunTeacher {
	if (!isEndpointTeacher(teacher) || !teacher.isPractice) return teacher;
	const found = canned.find(({ name }) => name === teacher.name);
	return found ? { ...teacher, baseUrl: found.baseUrl } : teacher;
}

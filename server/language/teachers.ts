/** Who may be asked: the teachers of `polyglot.json` and, always, the practice teachers; and with which key. */
import { notifications, requests, secretRequest, type TeacherSummary } from "../core/engine-api.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { isEditorTeacher, modelOf, teacherOrigin } from "../core/generate/teacher-kind.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import type { AnyTeacher } from "../core/project.ts";
import { loadProject } from "../node/project-file.ts";
import { testEditorTeacher, testTeacher } from "../node/teacher-test.ts";
import type { Feature, ServerContext } from "./feature.ts";
import { editorDoor } from "./language-model.ts";
import { notify, requireTrust, respond } from "./respond.ts";

export const teachersFeature =
	(practice: PracticeMode): Feature =>
	(server) => {
		server.onProjectChange(() => notify(server, notifications.teachersChanged, {}));
		respond(server, requests.teachers, () => summaries(server, practice));
		respond(server, requests.testTeacher, async ({ name }) => {
			requireTrust(server);
			const [teacher] = await findTeachers(server, practice, [name]);
			if (!teacher) throw unknownTeacher(name);
			const { ok, message } = await tested(server, practice, teacher);
			return { ok, message };
		});
	};

async function tested(server: ServerContext, practice: PracticeMode, teacher: RunTeacher) {
	// The user may take a while to answer the editor's question of consent.
	if (isEditorTeacher(teacher)) return testEditorTeacher(teacher, editorDoor(server), AbortSignal.timeout(300_000));
	const key = await keyOf(server, practice, teacher.name, teacherOrigin(teacher));
	return testTeacher(teacher, key, AbortSignal.timeout(60_000));
}

/** The teachers of these names, in this order. Throws for a name that nobody has. */
export async function findTeachers(
	server: ServerContext,
	practice: PracticeMode,
	names: readonly string[],
): Promise<RunTeacher[]> {
	const own = await ownTeachers(server, names);
	const needsPractice = names.some(
		(name) => !own.some((teacher) => teacher.name === name) && practice.teacherNames.includes(name),
	);
	const canned = needsPractice ? (await practice.teachers()).teachers : [];
	return names.map((name) => {
		const found = own.find((teacher) => teacher.name === name) ?? canned.find((teacher) => teacher.name === name);
		if (!found) throw unknownTeacher(name);
		return found;
	});
}

/** The project's teachers; read from disk again for a name just written there, which the editor has not told of yet. */
async function ownTeachers(server: ServerContext, names: readonly string[]): Promise<readonly AnyTeacher[]> {
	const { teachers } = server.project();
	const folder = server.folder();
	const isKnown = names.every((name) => teachers.some((teacher) => teacher.name === name));
	return isKnown || folder === undefined ? teachers : (await loadProject(folder)).project.teachers;
}

/** A teacher's key for this origin and no other: practice's own, else what the editor's secret storage holds. */
export async function keyOf(
	server: ServerContext,
	practice: PracticeMode,
	name: string,
	origin: string,
): Promise<string | null> {
	if (isCanned(server, practice, name)) return (await practice.teachers()).apiKey;
	const answer = await server.connection.sendRequest(secretRequest.method, { kind: "teacher", name, origin });
	return secretRequest.result.parse(answer).secret;
}

/** A project's own teacher hides a practice teacher of the same name. */
function isCanned(server: ServerContext, practice: PracticeMode, name: string): boolean {
	return practice.teacherNames.includes(name) && !server.project().teachers.some((teacher) => teacher.name === name);
}

function summaries(server: ServerContext, practice: PracticeMode): TeacherSummary[] {
	const own = server.project().teachers.map((teacher) => ({
		name: teacher.name,
		model: modelOf(teacher),
		origin: teacherOrigin(teacher),
		isPractice: false,
		price: teacher.price ?? null,
	}));
	const canned = practice.teacherNames
		.filter((name) => isCanned(server, practice, name))
		.map((name) => ({ name, model: name, origin: "this machine", isPractice: true, price: null }));
	return [...own, ...canned];
}

function unknownTeacher(name: string): UserError {
	return new UserError(
		"unknown-teacher",
		`There is no teacher named ${name}. Add it to polyglot.json or in the Teachers view.`,
	);
}

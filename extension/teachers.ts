/** Commands about teachers: add, test the connection, set the key, remove, choose. */
import * as vscode from "vscode";
import { requests, TeacherSummary } from "../server/core/engine-api.ts";
import { ModelSelector } from "../server/core/generate/language-model-request.ts";
import { Teacher } from "../server/core/project.ts";
import type { App } from "./app.ts";
import { nameOf } from "./language-model.ts";
import { editProject, projectTeachers } from "./project-edit.ts";
import { storeSecret } from "./secrets.ts";
import { teacherOfEntry } from "./teachers-view.ts";
import { ask, pick, pickSeveral, requireTrust, workspaceFolder } from "./workspace.ts";

export async function addTeacher(app: App, argument: unknown): Promise<void> {
	const folder = workspaceFolder();
	const chosen = ModelSelector.safeParse(argument);
	const named = chosen.success && chosen.data.id !== undefined ? chosen.data : undefined;
	if (named || (await askKind(app)) === "editor") return addEditorTeacher(app, folder, named);
	const baseUrl = await ask({
		title: "Add teacher (1/4): address of an OpenAI-compatible endpoint",
		placeHolder: "http://127.0.0.1:8000/v1",
		validateInput: (text) =>
			Teacher.shape.baseUrl.safeParse(text).success
				? undefined
				: "An http:// or https:// address without user, query or spaces.",
	});
	const model = await ask({
		title: "Add teacher (2/4): the model's name at that endpoint",
		placeHolder: "google/gemma-3-27b-it",
	});
	const name = await askName(folder, "Add teacher (3/4): a short name for this teacher", model);
	await insertTeacher(folder, { name, baseUrl, model });
	const teacher = { name, model, origin: new URL(baseUrl).origin, isPractice: false, price: null };
	await askKey(app, teacher, "Add teacher (4/4): API key, empty if the endpoint needs none");
	app.teachers.refresh();
	await vscode.commands.executeCommand("polyglot.testTeacher", teacher);
}

/** Asked only where there is a choice: without models in the editor, a teacher is an endpoint. */
async function askKind(app: App): Promise<"endpoint" | "editor"> {
	const { length } = await app.engine.models.available();
	if (length === 0) return "endpoint";
	const chosen = await pick(
		[
			{
				label: "OpenAI-compatible endpoint",
				description: "an address, a model's name, a key",
				isEditor: false,
			},
			{ label: "Language model of this editor", description: `${length} to choose from`, isEditor: true },
		],
		"Add teacher: what kind",
	);
	return chosen.isEditor ? "editor" : "endpoint";
}

/** One of the editor's own models: no address and no key, but the user's consent, asked for by the test that follows. */
async function addEditorTeacher(app: App, folder: vscode.Uri, named: ModelSelector | undefined): Promise<void> {
	const { vendor, family, id } = named ?? (await pickModel(app));
	const name = await askName(folder, "Add teacher: a short name for this teacher", id ?? family ?? "");
	await insertTeacher(folder, { name, kind: "vscode", vendor, family, id });
	app.teachers.refresh();
	const origin = vendor === undefined ? "vscode" : `vscode:${vendor}`;
	const teacher = { name, model: id ?? family ?? "", origin, isPractice: false, price: null };
	await vscode.commands.executeCommand("polyglot.testTeacher", teacher);
}

async function pickModel(app: App): Promise<ModelSelector> {
	const models = await app.engine.models.available();
	const choices = models.map((model) => ({ label: model.name, description: nameOf(model), model }));
	return (await pick(choices, "Add teacher: language model of this editor")).model;
}

async function askName(folder: vscode.Uri, title: string, model: string): Promise<string> {
	const name = await ask({
		title,
		value: (model.split("/").at(-1) ?? model).replaceAll(/[^\w.@-]/g, "-"),
		validateInput: (text) =>
			Teacher.shape.name.safeParse(text).success ? undefined : "1 to 64 letters, digits, dots, dashes or @.",
	});
	if ((await projectTeachers(folder)).includes(name))
		throw new Error(`polyglot.json already has a teacher named ${name}; choose another name.`);
	return name;
}

async function insertTeacher(folder: vscode.Uri, teacher: object): Promise<void> {
	await editProject(folder, ["teachers", (await projectTeachers(folder)).length], teacher, true);
}

export async function testTeacher(app: App, argument: unknown): Promise<void> {
	requireTrust();
	const teacher = await teacherFrom(app, argument, "Test teacher");
	app.engine.models.invite([teacher.name]);
	const options = { location: vscode.ProgressLocation.Notification, title: `Testing ${teacher.name} …` };
	const { ok, message } = await vscode.window.withProgress(options, () =>
		app.engine.request(requests.testTeacher, { name: teacher.name }),
	);
	if (!ok) throw new Error(message);
	void vscode.window.showInformationMessage(message);
}

export async function setTeacherKey(app: App, argument: unknown): Promise<void> {
	const teacher = await teacherFrom(app, argument, "Set teacher key");
	await askKey(app, teacher, `API key of ${teacher.name}, sent to ${teacher.origin} only; empty forgets it`);
}

export async function removeTeacher(app: App, argument: unknown): Promise<void> {
	const teacher = await teacherFrom(app, argument, "Remove teacher");
	const chosen = await vscode.window.showWarningMessage(
		`Remove ${teacher.name} from polyglot.json and forget its key?`,
		{ modal: true },
		"Remove",
	);
	if (chosen !== "Remove") return;
	const folder = workspaceFolder();
	const index = (await projectTeachers(folder)).indexOf(teacher.name);
	if (index !== -1) await editProject(folder, ["teachers", index], undefined);
	await storeSecret(app.context.secrets, { kind: "teacher", ...teacher }, "");
	app.teachers.refresh();
}

/** Names of the teachers the user picks. */
export async function chooseTeachers(app: App, title: string): Promise<string[]> {
	const teachers = await app.engine.request(requests.teachers, {});
	const choices = teachers.map(({ name, origin, isPractice }) => ({
		label: name,
		description: isPractice ? "practice: canned text, not a model" : origin,
	}));
	return (await pickSeveral(choices, title)).map(({ label }) => label);
}

async function teacherFrom(
	app: App,
	argument: unknown,
	title: "Test teacher" | "Set teacher key" | "Remove teacher",
): Promise<TeacherSummary> {
	const given = TeacherSummary.safeParse(teacherOfEntry(argument));
	if (given.success) return given.data;
	const teachers = await app.engine.request(requests.teachers, {});
	const hasKey = ({ isPractice, origin }: TeacherSummary) => !isPractice && !/^vscode(:|$)/.test(origin);
	const fits = {
		"Test teacher": () => true,
		"Set teacher key": hasKey,
		"Remove teacher": ({ isPractice }: TeacherSummary) => !isPractice,
	}[title];
	const own = teachers.filter(fits);
	if (own.length === 0) throw new Error("There is no teacher in polyglot.json yet; add one first.");
	return (
		await pick(
			own.map((teacher) => ({ label: teacher.name, description: teacher.origin, teacher })),
			title,
		)
	).teacher;
}

async function askKey(app: App, teacher: TeacherSummary, title: string): Promise<void> {
	const key = await ask({ title, password: true, prompt: "Kept in the editor's secret storage, never in a file." });
	await storeSecret(app.context.secrets, { kind: "teacher", ...teacher }, key.trim());
}

/** Commands about teachers: add, test the connection, set the key, remove, choose. */
import * as vscode from "vscode";
import { requests, TeacherSummary } from "../server/core/engine-api.ts";
import { Teacher } from "../server/core/project.ts";
import type { App } from "./app.ts";
import { editProject, projectTeachers } from "./project-edit.ts";
import { storeSecret } from "./secrets.ts";
import { ask, pick, pickSeveral, requireTrust, workspaceFolder } from "./workspace.ts";

export async function addTeacher(app: App): Promise<void> {
	const folder = workspaceFolder();
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
	const name = await ask({
		title: "Add teacher (3/4): a short name for this teacher",
		value: model.split("/").at(-1) ?? model,
		validateInput: (text) =>
			Teacher.shape.name.safeParse(text).success ? undefined : "1 to 64 letters, digits, dots, dashes or @.",
	});
	const names = await projectTeachers(folder);
	if (names.includes(name)) throw new Error(`polyglot.json already has a teacher named ${name}; choose another name.`);
	await editProject(folder, ["teachers", names.length], { name, baseUrl, model }, true);
	const teacher = { name, model, origin: new URL(baseUrl).origin, isPractice: false, price: null };
	await askKey(app, teacher, "Add teacher (4/4): API key, empty if the endpoint needs none");
	app.teachers.refresh();
	await vscode.commands.executeCommand("polyglot.testTeacher", teacher);
}

export async function testTeacher(app: App, argument: unknown): Promise<void> {
	requireTrust();
	const teacher = await teacherFrom(app, argument, "Test teacher");
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

async function teacherFrom(app: App, argument: unknown, title: string): Promise<TeacherSummary> {
	const given = TeacherSummary.safeParse(argument);
	if (given.success) return given.data;
	const teachers = await app.engine.request(requests.teachers, {});
	const own = teachers.filter(({ isPractice }) => !isPractice || title === "Test teacher");
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

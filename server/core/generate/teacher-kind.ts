/** The two kinds of teachers: an endpoint with an address, and a language model of the editor. */
import type { AnyTeacher, EditorTeacher, Teacher } from "../project.ts";
import { originOf } from "./base-url.ts";

export const isEditorTeacher = <T extends AnyTeacher>(teacher: T): teacher is Extract<T, { kind: "vscode" }> =>
	teacher.kind === "vscode";

/** Teachers with an address; the editor's own models cannot do what needs one, such as batches or judging headless. */
export const isEndpointTeacher = <T extends AnyTeacher>(teacher: T): teacher is Exclude<T, { kind: "vscode" }> =>
	teacher.kind !== "vscode";

/** The model's name as rows and keys have it. */
export const modelOf = (teacher: AnyTeacher): string =>
	isEditorTeacher(teacher) ? (teacher.id ?? teacher.family ?? "") : (teacher as Teacher).model;

/** Where a teacher is asked: scheme, host and port, or `vscode` and the vendor. */
export const teacherOrigin = (teacher: AnyTeacher): string =>
	isEditorTeacher(teacher) ? editorOrigin(teacher) : originOf((teacher as Teacher).baseUrl);

const editorOrigin = ({ vendor }: EditorTeacher): string => (vendor === undefined ? "vscode" : `vscode:${vendor}`);

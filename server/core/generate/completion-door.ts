/** The door to the editor's own language models: the engine asks through it and never sees who is behind. */

import { UserError } from "../problem.ts";
import type { AnyTeacher } from "../project.ts";
import type { LanguageModelQuestion, LanguageModelReply } from "./language-model-request.ts";
import type { FailureKind } from "./reply.ts";
import { isEditorTeacher } from "./teacher-kind.ts";

export interface CompletionDoor {
	/** Asks once. Rejects only when `signal` was aborted; whatever else goes wrong is a value. */
	ask(question: LanguageModelQuestion, signal: AbortSignal): Promise<LanguageModelReply>;
}

/** Throws where a teacher can only be asked through a door and there is none, as on the command line. */
export function requireDoor(teachers: readonly AnyTeacher[], door: CompletionDoor | undefined): void {
	const names = teachers.filter(isEditorTeacher).map(({ name }) => name);
	if (names.length === 0 || door) return;
	throw new UserError(
		"editor-only",
		`${names.join(", ")} is one of the editor's own language models (kind vscode) and can only be asked from within VS Code. Start this run there, or choose a teacher with a baseUrl.`,
	);
}

/** How each failure of the editor's models is treated. `refused` is an answer that was declined. */
export const editorFailures: Readonly<
	Record<Exclude<Extract<LanguageModelReply, { type: "failure" }>["reason"], "refused">, FailureKind>
> = { "no-model": "fatal", "no-consent": "fatal", busy: "busy", transient: "transient" };

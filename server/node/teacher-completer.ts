/** Who answers a teacher's requests: its endpoint, or the editor through its door. */
import { type CompletionDoor, requireDoor } from "../core/generate/completion-door.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { isEditorTeacher } from "../core/generate/teacher-kind.ts";
import type { Completer } from "./generate-work.ts";
import { EditorEndpoint } from "./teacher-editor.ts";
import { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface CompleterOptions {
	readonly keys: ReadonlyMap<string, string | null>;
	readonly door?: CompletionDoor;
	readonly timeoutMs?: number;
}

/** Throws a `UserError` for a teacher of the editor where there is no door. */
export function completerOf(teacher: RunTeacher, { keys, door, timeoutMs }: CompleterOptions): Completer {
	if (!isEditorTeacher(teacher)) {
		const timeout = timeoutMs === undefined ? {} : { timeoutMs };
		return new TeacherEndpoint(teacher, { key: keys.get(teacher.name) ?? null, ...timeout });
	}
	requireDoor([teacher], door);
	return new EditorEndpoint(teacher, door as CompletionDoor, timeoutMs);
}

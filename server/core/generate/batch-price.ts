/** What a batched token costs against an ordinary one. */
import type { AnyTeacher } from "../project.ts";

/** OpenAI's own share at the time of writing; an assumption for anybody else, and shown as such. */
export const assumedPriceShare = 0.5;

/** 1 for a teacher that is asked directly. */
export function priceShare(teacher: AnyTeacher): number {
	if (teacher.kind === "vscode" || !teacher.batch) return 1;
	return teacher.batch.priceShare ?? assumedPriceShare;
}

export const isBatched = (teacher: AnyTeacher): boolean => teacher.kind !== "vscode" && teacher.batch !== undefined;

/** Which anchors a row is read against. Anchors belong to the student base they were measured on. */
import type { Anchors } from "./rows.ts";
import type { Reading } from "./scored-row.ts";

/** Student bases of the published rows. All four were scored against the anchors of the first. */
export const publishedBases: readonly string[] = ["olmo3-7b", "gemma3-4b", "qwen3-8b", "llama3-8b"];
const publishedAnchorBase = "olmo3-7b";

/** The anchors to read a row against: the given ones, or the published ones for a published student base. */
export function chooseAnchors(given: Anchors | null, published: Anchors): (base: string, language: string) => Reading {
	return (base, language) => {
		const isPublished = given === null && publishedBases.includes(base);
		const anchors = given ?? (isPublished ? published : null);
		const owner = anchors?.student_base ?? (isPublished ? publishedAnchorBase : base);
		const anchor = anchors && Object.hasOwn(anchors.languages, language) ? anchors.languages[language] : undefined;
		return { anchor: anchor ?? null, anchorReasons: anchor && owner !== base ? ["anchors_of_other_student_base"] : [] };
	};
}

/** Findings of two origins as one list, the same list as long as its parts are: marks are made once for each list. */
import { type LineAnnotation, worstFirst } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";

type Findings = readonly Finding[];

export class JoinedFindings {
	readonly #known = new WeakMap<
		LineAnnotation,
		{ readonly own: Findings; readonly more: Findings; readonly all: Findings }
	>();

	of(annotation: LineAnnotation, own: Findings, more: Findings): Findings {
		const known = this.#known.get(annotation);
		if (known?.own === own && known.more === more) return known.all;
		const all = worstFirst([...own, ...more]);
		this.#known.set(annotation, { own, more, all });
		return all;
	}
}

/** What the checks of one sample are given: settings, masked texts and detectors, each worked out once. */
import type { CheckContext } from "./checks/finding.ts";
import { thresholdIn } from "./checks/settings.ts";
import type { Detect, Detectors } from "./language-id/detector.ts";
import { maskCode, maskNonLanguage } from "./language-id/mask.ts";
import type { Language } from "./languages.ts";
import type { Project } from "./project.ts";
import type { Turn } from "./sample/sample.ts";

interface ContextOptions {
	readonly project: Pick<Project, "checks" | "languageDetection">;
	readonly detectors: Detectors;
}

/** For one sample: what it remembers is of its texts. */
export function contextFor(language: Language | undefined, options: ContextOptions): CheckContext {
	const code = language?.code;
	return {
		language,
		threshold: (check, name) => thresholdIn(options.project.checks, check, code, name),
		masked: remembered(maskNonLanguage),
		prose: remembered(maskCode),
		detectors: askedOnce(usable(options)),
	};
}

/** Without fastText where the project says so. */
function usable({ project, detectors }: ContextOptions): Detectors {
	if (project.languageDetection === "fasttext-cld3") return detectors;
	const { fastText: _, ...rest } = detectors;
	return rest;
}

/** Two checks ask fastText about the same texts; it is asked once for each. */
function askedOnce(detectors: Detectors): Detectors {
	const { fastText } = detectors;
	if (!fastText) return detectors;
	const known = new Map<string, ReturnType<Detect>>();
	return {
		...detectors,
		fastText(text, most) {
			const before = known.get(text);
			const candidates = before ?? fastText(text);
			if (!before) known.set(text, candidates);
			return most === undefined ? candidates : candidates.slice(0, most);
		},
	};
}

/** Longer texts are judged by their beginning, so that no line blocks the editor. */
const charactersRead = 200_000;

function remembered(mask: (text: string) => string): (turn: Turn) => string {
	const known = new Map<Turn, string>();
	return (turn) => {
		const before = known.get(turn);
		if (before !== undefined) return before;
		const masked = mask(turn.text.slice(0, charactersRead));
		known.set(turn, masked);
		return masked;
	};
}

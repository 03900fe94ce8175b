/** Detectors' labels: which of them mean a language, and what to call them. */
import { type Language, readLanguage } from "../languages.ts";

const known = new Map<string, ReadonlySet<string>>();

/** Every label that counts as this language. */
export function acceptedLabels(language: Language): ReadonlySet<string> {
	const before = known.get(language.code);
	if (before) return before;
	const labels = new Set([language.code, language.iso3, ...language.tolerated]);
	known.set(language.code, labels);
	return labels;
}

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** The English name of a label, such as `German` for `de`. */
export function languageName(label: string): string {
	try {
		return readLanguage(label)?.name ?? names.of(label) ?? label;
	} catch {
		return label;
	}
}

/** A short word before each sample: its language, strategy and worst finding. */
import type { InlayHint, Range } from "vscode-languageserver/node";
import type { AnnotatedFile } from "./annotated-file.ts";

/** VS Code cuts what is longer. */
export const longestHint = 43;

export function hintsIn(file: AnnotatedFile, { start, end }: Range): InlayHint[] {
	const hints: InlayHint[] = [];
	for (let line = start.line; line <= Math.min(end.line, file.lineCount - 1); line += 1) {
		const label = hintLabel(file, line);
		if (label === "") continue;
		const findings = file.findings(line);
		const tooltip = findings.map(({ message }) => message).join("\n");
		hints.push({ position: { line, character: 0 }, label, paddingRight: true, ...(tooltip === "" ? {} : { tooltip }) });
	}
	return hints;
}

function hintLabel(file: AnnotatedFile, line: number): string {
	const { sample, language, isBlank } = file.line(line);
	if (isBlank) return "";
	// A hint is too weak a sign to show before every sample.
	const findings = file.findings(line).filter(({ severity }) => severity !== "hint");
	const [worst] = findings;
	const rest = findings.length > 1 ? ` +${findings.length - 1}` : "";
	const state = worst ? `⚠ ${worst.code}${rest}` : "✓";
	const words = sample ? [language, sample.strategy].filter((word) => word !== null) : [];
	return clip([...words.map((word) => clip(visible(word), 14)), state].join(" · "), longestHint);
}

/** A label is one line of text; what would break it shows as a box. */
export function visible(text: string): string {
	return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/** Cuts between characters, never inside one. */
export function clip(text: string, most: number): string {
	if (text.length <= most) return text;
	return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

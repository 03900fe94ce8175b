/** One symbol a sample, for the outline and breadcrumbs: `#12 · de · respond · gemma-3-27b`. */
import { type DocumentSymbol, SymbolKind } from "vscode-languageserver/node";
import type { AnnotatedFile } from "./annotated-file.ts";
import { clip, visible } from "./inlay-hints.ts";
import { range } from "./ranges.ts";

export function symbolsOf(file: AnnotatedFile): DocumentSymbol[] {
	const symbols: DocumentSymbol[] = [];
	for (let line = 0; line < file.lineCount; line += 1) {
		if (file.glance(line).isBlank) continue;
		const whole = range(line, 0, file.text(line).length);
		symbols.push({ name: sampleTitle(file, line), kind: SymbolKind.Object, range: whole, selectionRange: whole });
	}
	return symbols;
}

/** The sample's place and what it says of itself. */
export function sampleTitle(file: AnnotatedFile, line: number): string {
	const { sample, language } = file.glance(line);
	const model = sample?.model?.split("/").at(-1) ?? null;
	const words = sample ? [language, sample.strategy, model] : ["not a sample"];
	return [`#${line + 1}`, ...words.filter((word) => word !== null).map((word) => clip(visible(word), 40))].join(" · ");
}

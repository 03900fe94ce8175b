/** Runs of samples folded into one line each: by language, and within one by teacher and strategy. */
import type { FoldingRange } from "vscode-languageserver/node";
import type { AnnotatedFile } from "./annotated-file.ts";

/** Shorter runs are as easily read as folded. */
const shortest = 3;
/** An editor keeps no more (`editor.foldingMaximumRegions`). */
const mostRanges = 5000;

/** Of a file that was read to its end. Blank lines belong to the run they stand in. */
export function foldsOf(file: AnnotatedFile): FoldingRange[] {
	const outer = runs(file, 0, file.lineCount, languageOf);
	const inner = outer.flatMap(({ from, to }) =>
		runs(file, from, to, makerOf).filter((run) => run.from !== from || run.to !== to),
	);
	// A file in one language needs no fold over everything; its runs of teachers say more.
	const whole = outer.length === 1 && inner.length > 0 ? [] : outer;
	return [...whole, ...inner]
		.filter(({ from, to }) => to - from >= shortest)
		.slice(0, mostRanges)
		.sort((a, b) => a.from - b.from || b.to - a.to)
		.map(({ from, to }) => ({ startLine: from, endLine: to - 1 }));
}

/** Lines `from` (included) to `to` (not). */
interface Run {
	readonly from: number;
	readonly to: number;
}

function runs(file: AnnotatedFile, from: number, to: number, name: typeof languageOf): Run[] {
	const found: (Run & { readonly name: string })[] = [];
	for (let line = from; line < to; line += 1) {
		if (file.glance(line).isBlank) continue;
		const named = name(file, line);
		const last = found.at(-1);
		if (last?.name === named) found[found.length - 1] = { ...last, to: line + 1 };
		else found.push({ name: named, from: line, to: line + 1 });
	}
	return found;
}

function languageOf(file: AnnotatedFile, line: number): string {
	return file.glance(line).language ?? "";
}

function makerOf(file: AnnotatedFile, line: number): string {
	const { sample } = file.glance(line);
	return JSON.stringify([sample?.model, sample?.strategy]);
}

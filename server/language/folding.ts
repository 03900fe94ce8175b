/** Runs of samples folded into one line each: by language, and within one by teacher and strategy. */
import type { CancellationToken, FoldingRange } from "vscode-languageserver/node";
import type { AnnotatedFile } from "./annotated-file.ts";
import { TimeSlices } from "./time-slices.ts";

/** Shorter runs are as easily read as folded. */
const shortest = 3;
/** An editor keeps no more (`editor.foldingMaximumRegions`). */
const mostRanges = 5000;

/** Of what the lines say of themselves, before any check. Empty where the file changed meanwhile, as it is asked again then. */
export async function foldsOf(
	file: AnnotatedFile,
	now: () => number,
	token: Pick<CancellationToken, "isCancellationRequested">,
): Promise<FoldingRange[]> {
	const { version } = file.document;
	const slices = new TimeSlices(now);
	/** Null for a blank line, which belongs to the run it stands in. */
	const names: (Named | null)[] = [];
	for (let line = 0; line < file.lineCount; line += 1) {
		names.push(named(file, line));
		if (!slices.isOver) continue;
		await slices.pause();
		if (token.isCancellationRequested || file.document.version !== version) return [];
	}
	return folds(names);
}

interface Named {
	readonly language: string;
	readonly maker: string;
}

function named(file: AnnotatedFile, line: number): Named | null {
	const { sample, language, isBlank } = file.glance(line);
	return isBlank ? null : { language: language ?? "", maker: JSON.stringify([sample?.model, sample?.strategy]) };
}

function folds(names: readonly (Named | null)[]): FoldingRange[] {
	const outer = runs(names, 0, names.length, ({ language }) => language);
	const inner = outer.flatMap(({ from, to }) =>
		runs(names, from, to, ({ maker }) => maker).filter((run) => run.from !== from || run.to !== to),
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

function runs(names: readonly (Named | null)[], from: number, to: number, nameOf: (named: Named) => string): Run[] {
	const found: (Run & { readonly name: string })[] = [];
	for (let line = from; line < to; line += 1) {
		const here = names[line];
		if (!here) continue;
		const name = nameOf(here);
		const last = found.at(-1);
		if (last?.name === name) found[found.length - 1] = { ...last, to: line + 1 };
		else found.push({ name, from: line, to: line + 1 });
	}
	return found;
}

/** An open JSONL file with what is known of each line. A keystroke re-reads only the lines it touched. */
import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type AnnotateOptions, annotateLine, type Depth, glanceAt, type LineAnnotation } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import type { NearestByKey } from "../core/checks/near-duplicate.ts";
import type { FilePlace } from "../core/checks/turn-place.ts";
import type { Decisions } from "../core/decisions.ts";
import { LiveStatistics } from "../core/live-statistics.ts";
import type { SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import type { Searched } from "../core/searched-findings.ts";
import type { AnnotatedTexts } from "../node/annotate-threads.ts";
import type { NoiseReference } from "../node/noise-reference.ts";
import { FileSearch } from "./file-search.ts";
import { FindingsInFile } from "./findings-in-file.ts";
import { JoinedFindings } from "./joined-findings.ts";
import type { LineChange, LineDocument } from "./line-document.ts";
import { signatureAt, signatureColumns } from "./line-signatures.ts";
import { LineState } from "./line-state.ts";
import { LineWork, type Work } from "./line-work.ts";
import { MetricSample, type Percentile } from "./metric-sample.ts";

export type MeasuredFinder = (file: AnnotatedFile, line: number) => readonly Finding[];

export class AnnotatedFile {
	readonly #document: LineDocument;
	#options: AnnotateOptions;
	readonly #decisions: () => Decisions | undefined;
	#lines: LineState[] = [];
	#work = new LineWork([], false);
	#statistics = this.#newStatistics();
	#findings: FindingsInFile;
	#search: FileSearch | undefined;
	readonly #joined = new JoinedFindings();
	/** What a measurement finds in a line; the same list as long as the line is the same. */
	measured: MeasuredFinder | undefined;
	#leavesLongLines = false;
	#metrics: MetricSample;

	constructor(
		document: LineDocument,
		options: AnnotateOptions,
		decisions: () => Decisions | undefined = () => undefined,
	) {
		this.#decisions = decisions;
		this.#document = document;
		this.#options = options;
		this.#findings = new FindingsInFile(this.#statistics, options);
		this.#metrics = new MetricSample(options);
		this.#forgetAll();
	}

	get document(): TextDocument {
		return this.#document;
	}

	get options(): AnnotateOptions {
		return this.#options;
	}

	get lineCount(): number {
		return this.#lines.length;
	}

	/** True when every line was read, so that what only the whole file can say is known. */
	get isComplete(): boolean {
		return this.#work.left === 0;
	}

	/** Lines that are not read in full. */
	get unreadCount(): number {
		return this.#work.left;
	}

	/** Whether a line the user looks at is to be read here. */
	get isWantedUnread(): boolean {
		return this.#work.nextWanted() !== -1;
	}

	/** Whether there is a line to be read here; the others are left to threads. */
	get isUnreadHere(): boolean {
		return this.#work.nextUnread() !== -1;
	}

	/** Lines that take longer than a keystroke may wait are left to threads, or no longer are. */
	set leavesLongLines(leaves: boolean) {
		if (leaves === this.#leavesLongLines) return;
		this.#leavesLongLines = leaves;
		this.#forgetAll();
	}

	/** Applies an edit as the editor sends it, and forgets the lines it touched. */
	change(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
		for (const change of changes) {
			const replaced = this.#document.update(change, version);
			if ("range" in change) this.#splice(replaced);
			else this.#forgetAll();
		}
	}

	/** Starts anew with other settings of the project. */
	setOptions(options: AnnotateOptions): void {
		this.#options = options;
		this.#forgetAll();
	}

	/** The lines the user looks at are read before all others. */
	look(from: number, to: number): void {
		this.#work.wanted = { from, to };
	}

	/** Reads further lines until the clock passes `until`, at least one; those the user looks at first. */
	readUntil(until: number, now: () => number): void {
		this.#readEach(() => this.#work.nextUnread(), until, now);
	}

	/** As `readUntil`, but no other lines than those the user looks at. */
	readWanted(until: number, now: () => number): void {
		this.#readEach(() => this.#work.nextWanted(), until, now);
	}

	/** Lines for a thread to read; undefined where nothing is left that nobody reads already. */
	take(): Work | undefined {
		return this.#work.take((line) => this.text(line));
	}

	/** What a thread says of the lines it was given; of those that were edited since it counts no more. */
	accept({ states, depth }: Work, { annotations, signatures }: AnnotatedTexts): void {
		let row = 0;
		for (const [at, annotation] of annotations.entries()) {
			const state = states[at];
			if (!state) continue;
			const isSigned = depth === "all" && annotation.sample !== null && annotation.share !== null;
			if (!state.isGone && state.depth !== "all") {
				this.#set(state, annotation, depth);
				if (isSigned) state.signature = signatureAt(signatures, row);
			}
			if (isSigned) row += 1;
		}
	}

	/** What is known of the line, perhaps by a first look only; read in full now where nothing is. */
	line(index: number): LineAnnotation {
		return this.#lines[index]?.annotation ?? this.#readNow(index);
	}

	/** The line's sample and language, without a check. */
	glance(index: number): Pick<LineAnnotation, "sample" | "language" | "isBlank"> {
		return this.#lines[index]?.annotation ?? glanceAt(this.text(index), this.#options);
	}

	/** Indexes of the lines read so far. */
	*readLines(): Generator<number> {
		for (let index = 0; index < this.#lines.length; index += 1) if (this.#lines[index]?.annotation) yield index;
	}

	/** The line's text without its line break. */
	text(index: number): string {
		return this.#document.line(index);
	}

	/** The line's findings, worst first, but those people decided about; those of the whole file only once it is complete. */
	findings(index: number): readonly Finding[] {
		const annotation = this.line(index);
		const state = this.#lines[index];
		const findings = state && this.isComplete ? this.#inFile(state, annotation, index) : annotation.findings;
		const key = annotation.share?.key;
		const decisions = this.#decisions();
		if (findings.length === 0 || key === undefined || !decisions?.has(key)) return findings;
		return decisions.isAccepted(key) ? [] : findings.filter(({ code }) => !decisions.isHidden(key, code));
	}

	/** As `findings`, whatever was decided, and always of a full reading. */
	allFindings(index: number): readonly Finding[] {
		const annotation = this.#readNow(index);
		const state = this.#lines[index];
		return state && this.isComplete ? this.#inFile(state, annotation, index) : annotation.findings;
	}

	#inFile(state: LineState, annotation: LineAnnotation, index: number): readonly Finding[] {
		const own = this.#findings.of(state, index + 1);
		const more = this.measured?.(this, index) ?? [];
		return more.length === 0 ? own : this.#joined.of(annotation, own, more);
	}

	/** Whether people decided anything about the line's sample. */
	isDecided(index: number): boolean {
		const key = this.line(index).share?.key;
		return key !== undefined && this.#decisions()?.has(key) === true;
	}

	/** The signatures of all samples with their content keys; yields between slices of signing. */
	*signed(): Generator<void, { signatures: SignatureColumns; keys: readonly number[] } | undefined> {
		const { version } = this.#document;
		return yield* signatureColumns(this.#lines, () => this.#document.version === version);
	}

	setNearest(nearest: NearestByKey): void {
		this.#statistics.setNearest(nearest);
	}

	/**
	 * Searches for overlapping prompts and unusual spelling, and measures some samples; yields between slices. `elsewhere` are the samples of files that
	 * were opened before. Ends early, without a result, when the document changes meanwhile.
	 */
	*searchAll(elsewhere: Searched["elsewhere"], reference: NoiseReference): Generator<void> {
		const { version } = this.#document;
		const isSame = () => this.#document.version === version;
		this.#search ??= new FileSearch(this.#options, reference);
		const found = yield* this.#search.run(this.#lines, isSame);
		if (found) this.#statistics.searched = { ...found, elsewhere };
		yield* this.#metrics.measure(this.#lines, isSame);
	}

	/** Where a metric's value stands among the file's samples of the language; null before the first search. */
	percentile(language: string | null, metric: string, value: number): Percentile | null {
		return this.#metrics.percentile(language, metric, value);
	}

	/** First places of this file's samples, by content. */
	places(file: string): Map<number, FilePlace> {
		const places = new Map<number, FilePlace>();
		for (const [index, { annotation }] of this.#lines.entries()) {
			const key = annotation?.share?.key;
			if (key !== undefined && !places.has(key)) places.set(key, { line: index + 1, file });
		}
		return places;
	}

	/** Lengths of the last answers that the line's one is compared with, its own included. */
	groupLengths(index: number): readonly number[] {
		const group = this.line(index).share?.group;
		return group === undefined ? [] : this.#statistics.lengthsOf(group);
	}

	#readEach(next: () => number, until: number, now: () => number): void {
		for (let line = next(); line !== -1; line = next()) {
			this.#readInFull(line);
			if (now() >= until) return;
		}
	}

	/** Of a line that is left to threads what it says of itself, as long as none has read it. */
	#readNow(index: number): LineAnnotation {
		const state = this.#lines[index];
		if (!state?.isLong || !this.#leavesLongLines || state.depth === "all") return this.#readInFull(index);
		return state.annotation ?? { ...this.glance(index), findings: [], share: null };
	}

	#readInFull(index: number): LineAnnotation {
		const state = this.#lines[index];
		if (state?.annotation && state.depth === "all") return state.annotation;
		const annotation = annotateLine(this.text(index), this.#options);
		if (state) this.#set(state, annotation, "all");
		return annotation;
	}

	#set(state: LineState, annotation: LineAnnotation, depth: Depth): void {
		if (!state.annotation && annotation.share) this.#statistics.add(annotation.share);
		state.annotation = annotation;
		this.#work.done(state, depth);
	}

	#splice({ first, removed, added: count }: LineChange): void {
		const added = Array.from({ length: count }, () => new LineState());
		const gone = this.#lines.slice(first, first + removed);
		if (removed === count) for (const [at, state] of added.entries()) this.#lines[first + at] = state;
		else this.#lines = this.#lines.slice(0, first).concat(added, this.#lines.slice(first + removed));
		for (const { annotation } of gone) if (annotation?.share) this.#statistics.remove(annotation.share);
		this.#statistics.moved();
		this.#markLong(first, first + count);
		this.#work.replaced(this.#lines, first, gone, added);
	}

	#forgetAll(): void {
		for (const state of this.#lines) state.isGone = true;
		this.#lines = Array.from({ length: this.#document.lineCount }, () => new LineState());
		this.#markLong(0, this.#lines.length);
		const { wanted } = this.#work;
		this.#work = new LineWork(this.#lines, this.#leavesLongLines);
		this.#work.wanted = wanted;
		this.#search = undefined;
		this.#metrics = new MetricSample(this.#options);
		this.#statistics = this.#newStatistics();
		this.#findings = new FindingsInFile(this.#statistics, this.#options);
	}

	#markLong(from: number, to: number): void {
		for (let index = from; index < to; index += 1) {
			const state = this.#lines[index];
			if (state) state.isLong = this.#document.line(index).length > longLine;
		}
	}

	#newStatistics(): LiveStatistics {
		return new LiveStatistics(() => this.#shares());
	}

	*#shares() {
		for (const { annotation } of this.#lines) yield annotation?.share;
	}
}

/** Characters whose checks take some ten milliseconds. */
const longLine = 200_000;

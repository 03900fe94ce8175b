/** An open JSONL file with what is known of each line. A keystroke re-reads only the lines it touched. */
import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
	type AnnotateOptions,
	annotateLine,
	collectStatistics,
	type FileStatistics,
	findingsInFile,
	type LineAnnotation,
	type LineShare,
	nearThreshold,
} from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { comparedText, type NearestByKey, nearestByKey } from "../core/checks/near-duplicate.ts";
import type { Decisions } from "../core/decisions.ts";
import { binCount, createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import type { Sample } from "../core/sample/sample.ts";

export class AnnotatedFile {
	document: TextDocument;
	#options: AnnotateOptions;
	readonly #decisions: () => Decisions | undefined;
	/** One entry a line; undefined until it is read. */
	#lines: (LineAnnotation | undefined)[];
	/** Every line before it is read. */
	#readUpTo = 0;
	#statistics: FileStatistics | undefined;
	/** As of the last search; by content, so that an edit elsewhere leaves it true. */
	#nearest: NearestByKey = new Map();
	readonly #signatures = new WeakMap<LineAnnotation, Signature>();

	constructor(
		document: TextDocument,
		options: AnnotateOptions,
		decisions: () => Decisions | undefined = () => undefined,
	) {
		this.#decisions = decisions;
		this.document = document;
		this.#options = options;
		this.#lines = new Array<LineAnnotation | undefined>(document.lineCount);
	}

	get options(): AnnotateOptions {
		return this.#options;
	}

	get lineCount(): number {
		return this.#lines.length;
	}

	/** True when every line was read, so that what only the whole file can say is known. */
	get isComplete(): boolean {
		return this.#readUpTo >= this.#lines.length;
	}

	/** Applies an edit as the editor sends it, and forgets the lines it touched. */
	change(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
		for (const change of changes) {
			if ("range" in change) this.#splice(change.range.start.line, change.range.end.line, change.text);
			else this.#forgetAll();
			this.document = TextDocument.update(this.document, [change], version);
		}
		// A lone carriage return ends a line in the editor; counting anew costs less than being wrong.
		if (this.#lines.length !== this.document.lineCount) this.#forgetAll();
		this.#statistics = undefined;
	}

	/** Starts anew with other settings of the project. */
	setOptions(options: AnnotateOptions): void {
		this.#options = options;
		this.#forgetAll();
	}

	/** Reads further lines until the clock passes `until`, at least one. */
	readUntil(until: number, now: () => number): void {
		while (this.#readUpTo < this.#lines.length) {
			this.line(this.#readUpTo);
			this.#readUpTo += 1;
			if (now() >= until) return;
		}
	}

	/** The line's own annotation, read now if it was not. */
	line(index: number): LineAnnotation {
		const known = this.#lines[index];
		if (known) return known;
		const annotation = annotateLine(this.text(index), this.#options);
		this.#lines[index] = annotation;
		return annotation;
	}

	/** Indexes of the lines read so far. */
	*readLines(): Generator<number> {
		for (let index = 0; index < this.#lines.length; index += 1) if (this.#lines[index]) yield index;
	}

	/** The line's text without its line break. */
	text(index: number): string {
		const start = { line: index, character: 0 };
		return this.document.getText({ start, end: { line: index + 1, character: 0 } }).replace(/[\r\n]+$/, "");
	}

	/** The line's findings, worst first, but those people decided about; those of the whole file only once it is complete. */
	findings(index: number): readonly Finding[] {
		const findings = this.allFindings(index);
		const key = this.line(index).share?.key;
		const decisions = this.#decisions();
		if (key === undefined || !decisions?.has(key)) return findings;
		return decisions.isAccepted(key) ? [] : findings.filter(({ code }) => !decisions.isHidden(key, code));
	}

	/** As `findings`, whatever was decided. */
	allFindings(index: number): readonly Finding[] {
		const annotation = this.line(index);
		if (!this.isComplete) return annotation.findings;
		return findingsInFile(annotation, index + 1, this.#collected(), this.#options);
	}

	/** Whether people decided anything about the line's sample. */
	isDecided(index: number): boolean {
		const key = this.line(index).share?.key;
		return key !== undefined && this.#decisions()?.has(key) === true;
	}

	/**
	 * Searches for near duplicates among the lines read; yields between slices of signing, so that the caller can let
	 * other work pass. Ends early, without a result, when the document changes meanwhile.
	 */
	*searchNearDuplicates(): Generator<void> {
		const { version } = this.document;
		const signed: { readonly share: LineShare; readonly values: Uint16Array; readonly hash: number }[] = [];
		for (const [index, line] of this.#lines.entries()) {
			if (line?.sample && line.share) signed.push({ share: line.share, ...this.#sign(line, line.sample) });
			if (index % slice === slice - 1) yield;
			if (this.document.version !== version) return;
		}
		const values = new Uint16Array(signed.length * binCount);
		for (const [row, line] of signed.entries()) values.set(line.values, row * binCount);
		const hashes = Float64Array.from(signed, ({ hash }) => hash);
		const keys = signed.map(({ share }) => share.key);
		this.#nearest = nearestByKey({ count: signed.length, values, hashes }, keys, nearThreshold(this.#options));
		this.#statistics = undefined;
	}

	#sign(line: LineAnnotation, sample: Sample): Signature {
		const known = this.#signatures.get(line);
		if (known) return known;
		const values = new Uint16Array(binCount);
		const signature = { values, hash: signer().sign(comparedText(sample), values, 0) };
		this.#signatures.set(line, signature);
		return signature;
	}

	/** Lengths of the last answers that the line's one is compared with, its own included. */
	groupLengths(index: number): number[] {
		const group = this.line(index).share?.group;
		return this.#lines.flatMap((line) =>
			line?.share?.group === group && line?.share?.length != null ? [line.share.length] : [],
		);
	}

	#collected(): FileStatistics {
		if (this.#statistics) return this.#statistics;
		const collector = collectStatistics();
		for (const [index, line] of this.#lines.entries()) if (line?.share) collector.add(index + 1, line.share);
		this.#statistics = collector.finish(this.#nearest);
		return this.#statistics;
	}

	#splice(first: number, last: number, text: string): void {
		const added = text.split("\n").length;
		this.#lines.splice(first, last - first + 1, ...new Array<undefined>(Math.min(added, spreadLimit)));
		if (added > spreadLimit) this.#forgetAll();
		this.#readUpTo = Math.min(this.#readUpTo, first);
	}

	#forgetAll(): void {
		this.#lines = new Array<LineAnnotation | undefined>(this.document.lineCount);
		this.#readUpTo = 0;
		this.#statistics = undefined;
	}
}

interface Signature {
	readonly values: Uint16Array;
	readonly hash: number;
}

/** Lines signed between two chances for other work: a few milliseconds. */
const slice = 200;

let kept: Signer | undefined;

/** One signer for all files, made when first needed: it takes 10 ms. */
function signer(): Signer {
	kept ??= createSigner();
	return kept;
}

/** Arguments one call may take. */
const spreadLimit = 10_000;

/** The state review's handlers share: open files, settings, and the pass that reads files in slices. */
import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type AnnotateOptions, nearThreshold } from "../core/annotate.ts";
import { nearestByKey } from "../core/checks/near-duplicate.ts";
import type { Decisions } from "../core/decisions.ts";
import { joinSignatures } from "../core/near-duplicates/signature-columns.ts";
import { AnnotateThreads } from "../node/annotate-threads.ts";
import { loadNoiseReference, type NoiseReference } from "../node/noise-reference.ts";
import { AnnotatedFile, type MeasuredFinder } from "./annotated-file.ts";
import type { Runtime } from "./feature.ts";
import { LineDocument } from "./line-document.ts";
import { otherWork } from "./other-work.ts";
import { isScoreText } from "./score-diagnostics.ts";
import { placesOf, type Signed, signedRows } from "./searched-files.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Typing waits no longer than this for a slice of the pass. */
const sliceMs = 15;
const settleMs = 500;
/** Between two words about progress, each of which makes the editor ask for everything again. */
const tellMs = 300;
/** Fewer lines are read here before a thread has started. */
const leastForThreads = 100;

export class Review {
	settings: Settings = readSettings(undefined);
	/** Told when the text or the findings of an open file may have changed. */
	readonly listeners: ((uri: string) => void)[] = [];
	readonly #runtime: Runtime;
	readonly #files = new Map<string, AnnotatedFile>();
	readonly #others = new Map<string, TextDocument>();
	readonly #passes = new Set<string>();
	readonly #timers = new Map<string, NodeJS.Timeout>();
	/** Whom to tell when a file has settled. */
	readonly #settled = new Map<string, () => void>();
	#reference: Promise<NoiseReference> | undefined;
	#measured: MeasuredFinder | undefined;
	readonly #options: () => AnnotateOptions;
	readonly #decisions: () => Decisions | undefined;
	/** Undefined where none can be started, or one failed. */
	#threads: AnnotateThreads | undefined;

	constructor(
		runtime: Runtime,
		options: () => AnnotateOptions,
		decisions: () => Decisions | undefined = () => undefined,
	) {
		this.#decisions = decisions;
		this.#runtime = runtime;
		this.#options = options;
		const { engineFile, mediaFolder } = runtime;
		this.#threads = engineFile && new AnnotateThreads(engineFile, { mediaFolder });
	}

	/** Ends its threads and all that waits. */
	async end(): Promise<void> {
		for (const uri of this.uris()) this.close(uri);
		for (const timer of this.#timers.values()) clearTimeout(timer);
		await this.#threads?.close();
	}

	open(uri: string, languageId: string, version: number, text: string): void {
		if (isJsonl(uri, languageId) && !isScoreText(text)) {
			const document = new LineDocument(uri, languageId, version, text);
			const file = new AnnotatedFile(document, this.#options(), this.#decisions);
			file.leavesLongLines = this.#threads !== undefined;
			file.measured = this.#measured;
			this.#files.set(uri, file);
		} else this.#others.set(uri, TextDocument.create(uri, languageId, version, text));
		this.#tell(uri);
	}

	change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): void {
		this.#files.get(uri)?.change(changes, version);
		const other = this.#others.get(uri);
		if (other) this.#others.set(uri, TextDocument.update(other, changes, version));
		this.#tell(uri);
	}

	close(uri: string): void {
		clearTimeout(this.#timers.get(uri));
		this.#timers.delete(uri);
		this.#settled.delete(uri);
		this.#files.delete(uri);
		this.#others.delete(uri);
		this.#tell(uri);
		this.#settleLater(uri);
	}

	file(uri: string): AnnotatedFile | undefined {
		return this.#files.get(uri);
	}

	document(uri: string): TextDocument | undefined {
		return this.#files.get(uri)?.document ?? this.#others.get(uri);
	}

	uris(): string[] {
		return [...this.#files.keys()];
	}

	/** A measurement came to its end: what it finds stands beside all else from now on. */
	setMeasured(measured: MeasuredFinder): void {
		this.#measured = measured;
		for (const file of this.#files.values()) file.measured = measured;
	}

	/** What was decided about samples changed. */
	tellAll(): void {
		for (const uri of this.#files.keys()) this.#tell(uri);
	}

	/** Every file starts anew, as after a change of `polyglot.json`. */
	restart(): void {
		for (const file of this.#files.values()) file.setOptions(this.#options());
		this.tellAll();
	}

	/**
	 * Reads a file to its end, on threads where there is much to read, else in slices with other work in between;
	 * `onProgress` is told about every 300 ms and at the end. One pass a file at a time: a second call while one runs only
	 * prolongs it.
	 */
	async readAll(uri: string, onProgress: () => void): Promise<void> {
		if (this.#passes.has(uri)) return;
		this.#passes.add(uri);
		try {
			let told = this.#runtime.now();
			const tell = () => {
				if (this.#runtime.now() - told < tellMs) return;
				onProgress();
				told = this.#runtime.now();
			};
			for (let file = this.file(uri); file && !file.isComplete; file = this.file(uri)) {
				if (this.#isForThreads(file)) {
					const count = await this.#readOnThreads(uri, tell);
					// What nobody took and nobody read would be waited for without end.
					if (count === 0 && !file.isComplete) file.leavesLongLines = false;
					continue;
				}
				file.readUntil(this.#runtime.now() + sliceMs, this.#runtime.now);
				if (!file.isComplete) tell();
				await otherWork();
			}
		} finally {
			this.#passes.delete(uri);
		}
		onProgress();
		this.#tell(uri);
	}

	/** Returns how many lines were given to threads. A few pieces of work wait at each thread, so that none is idle while an answer travels. */
	async #readOnThreads(uri: string, tell: () => void): Promise<number> {
		const threads = this.#threads;
		let count = 0;
		if (!threads) return count;
		const lane = async () => {
			for (let file = this.file(uri), work = file?.take(); file && work; file = this.file(uri), work = file?.take()) {
				const { project, language } = file.options;
				const parameters = { project, ...(language === undefined ? {} : { language }) };
				count += work.states.length;
				file.accept(work, await threads.lines(work.texts, parameters, work.depth));
				tell();
			}
		};
		try {
			await Promise.all(Array.from({ length: threads.size * lanesPerThread }, lane));
		} catch (cause) {
			this.#giveUpThreads(cause);
		}
		return count;
	}

	#isForThreads(file: AnnotatedFile): boolean {
		return this.#threads !== undefined && (file.unreadCount >= leastForThreads || !file.isUnreadHere);
	}

	/** What they leave undone is done on this thread. */
	#giveUpThreads(cause: unknown): void {
		this.#runtime.log(`Files are read on one thread: ${cause instanceof Error ? cause.message : String(cause)}`);
		void this.#threads?.close();
		this.#threads = undefined;
		for (const file of this.#files.values()) file.leavesLongLines = false;
	}

	#tell(uri: string): void {
		for (const listener of this.listeners) listener(uri);
	}

	/** Calls back half a second after the last change, when what needs the whole file was searched for. */
	whenSettled(uri: string, tell: () => void): void {
		this.#settled.set(uri, tell);
		clearTimeout(this.#timers.get(uri));
		const timer = setTimeout(() => {
			this.#settle(uri, tell).catch((cause: unknown) => {
				this.#runtime.log(`A search through a file ended: ${cause instanceof Error ? cause.message : String(cause)}`);
			});
		}, settleMs);
		timer.unref();
		this.#timers.set(uri, timer);
	}

	async #settle(uri: string, tell: () => void): Promise<void> {
		this.#timers.delete(uri);
		const file = this.file(uri);
		if (!file) return;
		if (!file.isComplete) return this.whenSettled(uri, tell);
		const before = this.#openedBefore(uri);
		await this.#searchNearDuplicates(file, before);
		this.#reference ??= this.#loadReference();
		for (const _ of file.searchAll(placesOf(before), await this.#reference)) {
			await otherWork();
			// It may have been closed meanwhile, and the editor with it.
			if (this.file(uri) !== file) return;
		}
		tell();
		this.#tell(uri);
		this.#settleLater(uri);
	}

	/** Complete files that were opened before this one: what stands in both counts as this one's. */
	#openedBefore(uri: string): [string, AnnotatedFile][] {
		const files = [...this.#files];
		return files
			.slice(
				0,
				Math.max(
					0,
					files.findIndex(([one]) => one === uri),
				),
			)
			.filter(([, file]) => file.isComplete);
	}

	/** Files opened after this one are compared with it again; all of them where it is gone. */
	#settleLater(uri: string): void {
		const uris = this.uris();
		for (const later of uris.slice(uris.indexOf(uri) + 1)) {
			const settled = this.#settled.get(later);
			if (settled) this.whenSettled(later, settled);
		}
	}

	async #loadReference(): Promise<NoiseReference> {
		return loadNoiseReference(this.#runtime.mediaFolder).catch((cause: unknown) => {
			const reason = cause instanceof Error ? cause.message : String(cause);
			this.#runtime.log(`Spelling is compared within each file alone: ${reason}`);
			return new Map();
		});
	}

	/** Signs in slices; the search itself takes longer than a slice among many samples, so a thread does it. */
	async #searchNearDuplicates(file: AnnotatedFile, before: readonly [string, AnnotatedFile][]): Promise<void> {
		const signed: Signed[] = [];
		for (const one of [...before.map(([, other]) => other), file]) {
			const found = await signedRows(one);
			if (!found) return;
			signed.push(found);
		}
		const signatures = joinSignatures(signed.map((one) => one.signatures));
		const keys = signed.flatMap((one) => one.keys);
		const threshold = nearThreshold(file.options);
		if (this.#threads && keys.length >= leastForThreads) {
			try {
				return file.setNearest(await this.#threads.nearest(signatures, keys, threshold));
			} catch (cause) {
				this.#giveUpThreads(cause);
			}
		}
		file.setNearest(nearestByKey(signatures, keys, threshold));
	}

	/**
	 * Reads on for at most this long, other work in between; of a file with much to read only the lines the user looks at,
	 * as threads read the rest. True when the file is complete.
	 */
	async readFor(uri: string, budgetMs: number): Promise<boolean> {
		const until = this.#runtime.now() + budgetMs;
		for (;;) {
			const file = this.file(uri);
			if (!file || file.isComplete) return true;
			if (this.#runtime.now() >= until) return false;
			const sliceEnd = this.#runtime.now() + sliceMs;
			if (this.#isForThreads(file)) {
				if (!file.isWantedUnread) return false;
				file.readWanted(sliceEnd, this.#runtime.now);
			} else file.readUntil(sliceEnd, this.#runtime.now);
			await otherWork();
		}
	}
}

const lanesPerThread = 2;

function isJsonl(uri: string, languageId: string): boolean {
	return languageId === "jsonl" || /\.(?:jsonl|ndjson)$/i.test(uri);
}

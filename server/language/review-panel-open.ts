/** A file that is open in the editor, as the review panel sees it: follows every edit. */

import type { LineAnnotation } from "../core/annotate.ts";
import { UserError } from "../core/problem.ts";
import { factsOf, type LineFacts } from "../core/review/facts.ts";
import { panelMetrics } from "../core/review/metrics.ts";
import { kinds, ReviewTable } from "../core/review/table.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { LineLook, PanelFile } from "./review-panel-file.ts";
import { TimeSlices } from "./time-slices.ts";

/** After an edit the columns are made anew once typing rests this long. */
const restMs = 250;
/** The panel hears of progress about this often. */
const tellMs = 500;
/** Between two looks at how far others have read the file. */
const pollMs = 120;
/** How much of the work reading is; the rest is measuring. */
const readShare = 0.6;

export class OpenPanelFile implements PanelFile {
	table = new ReviewTable(0);
	version = 1;
	share = 0;
	readonly note = "";
	readonly readOnly = null;
	readonly #file: () => AnnotatedFile | undefined;
	readonly #read: () => Promise<void>;
	readonly #now: () => number;
	readonly #tell: () => void;
	readonly #facts = new WeakMap<LineAnnotation, LineFacts>();
	#run = 0;
	#timer: NodeJS.Timeout | undefined;

	/** `read` reads the file to its end, or prolongs who does. */
	constructor(file: () => AnnotatedFile | undefined, read: () => Promise<void>, now: () => number, tell: () => void) {
		this.#file = file;
		this.#read = read;
		this.#now = now;
		this.#tell = tell;
		this.#start();
	}

	/** The text, a setting or a decision changed. */
	update(): void {
		this.#run += 1;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#start(), restMs);
		this.#timer.unref();
	}

	async text(line: number): Promise<string> {
		return this.#open(line).text(line);
	}

	async look(line: number): Promise<LineLook> {
		const file = this.#open(line);
		const annotation = file.line(line);
		return {
			text: file.text(line),
			annotation,
			findings: file.allFindings(line),
			metrics: panelMetrics(annotation, file.options),
		};
	}

	decided(key: number): void {
		const file = this.#file();
		for (let line = 0; file && line < Math.min(file.lineCount, this.table.lineCount); line += 1) {
			if (this.table.key[line] === key) this.table.setFindings(line, file.findings(line));
		}
		this.version += 1;
	}

	async close(): Promise<void> {
		this.#run += 1;
		clearTimeout(this.#timer);
	}

	#open(line: number): AnnotatedFile {
		const file = this.#file();
		if (file && line < file.lineCount) return file;
		throw new UserError("no-line", `There is no line ${line + 1} any more; the file has changed.`);
	}

	/** Never rejects: all it calls is pure. */
	#start(): void {
		this.#run += 1;
		void this.#pass(this.#run);
	}

	async #pass(run: number): Promise<void> {
		const file = this.#file();
		if (!file) return;
		const table = new ReviewTable(file.lineCount);
		const slices = new TimeSlices(this.#now);
		// The columns before an edit are better than none; before the first pass there are none.
		if (this.share < 1) this.#publish(table, 0);
		let told = this.#now();
		const isCurrent = async (share: number) => {
			if (slices.isOver) await slices.pause();
			if (this.#run !== run) return false;
			if (this.table === table && this.#now() - told > tellMs) {
				told = this.#now();
				this.#publish(table, share);
			}
			return true;
		};
		while (!file.isComplete) {
			// Told where to go on by whoever reads already; on threads, where there is much to read.
			void this.#read();
			await new Promise((resolve) => setTimeout(resolve, pollMs));
			for (const line of file.readLines()) {
				if (table.kind[line] !== kinds.unread) continue;
				table.set(line, factsOf(file.line(line), []));
				table.setFindings(line, file.findings(line));
				if (slices.isOver && !(await isCurrent(0))) return;
			}
			if (!(await isCurrent(readShare * (1 - file.unreadCount / file.lineCount)))) return;
		}
		for (let line = 0; line < table.lineCount; line += 1) {
			table.set(line, this.#factsOf(file, line));
			table.setFindings(line, file.findings(line));
			if (slices.isOver && !(await isCurrent(readShare + ((1 - readShare) * line) / table.lineCount))) return;
		}
		this.#publish(table, 1);
	}

	#publish(table: ReviewTable, share: number): void {
		this.table = table;
		this.share = share;
		this.version += 1;
		this.#tell();
	}

	#factsOf(file: AnnotatedFile, line: number): LineFacts {
		const annotation = file.line(line);
		const known = this.#facts.get(annotation);
		if (known) return known;
		const facts = factsOf(annotation, panelMetrics(annotation, file.options));
		this.#facts.set(annotation, facts);
		return facts;
	}
}

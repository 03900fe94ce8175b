/** A file on disk, of any size and packing, as the review panel sees it: read once on threads, and then by line. */
import { type AnnotateOptions, annotateLine, type LineAnnotation } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { panelMetrics } from "../core/review/metrics.ts";
import { ReviewTable } from "../core/review/table.ts";
import { findingsInSearched, type SearchedStatistics } from "../core/searched-findings.ts";
import type { ReviewFacts } from "../node/review-facts.ts";
import { followReviewFacts } from "../node/review-facts-thread.ts";
import { openSampleSource, type SampleSource } from "../node/sample-source.ts";
import type { ServerContext } from "./feature.ts";
import type { LineLook, PanelFile } from "./review-panel-file.ts";

export class DiskPanelFile implements PanelFile {
	table: ReviewTable;
	version = 1;
	share = 0;
	note: string;
	readonly readOnly: string;
	readonly #source: SampleSource;
	readonly #server: ServerContext;
	readonly #tell: () => void;
	readonly #closing = new AbortController();
	#statistics: SearchedStatistics | null = null;

	private constructor(source: SampleSource, server: ServerContext, tell: () => void) {
		this.#source = source;
		this.#server = server;
		this.#tell = tell;
		this.table = new ReviewTable(source.lineCount);
		this.note = source.note;
		this.readOnly =
			source.kind === "lines"
				? "Read-only: the file is not open as a text here. The editor hands files above 50 MB to no extension."
				: `Read-only: the file is packed (${source.kind}).`;
	}

	/** Resolves when its lines can be read; what they say follows in the background. */
	static async open(path: string, server: ServerContext, tell: () => void): Promise<DiskPanelFile> {
		const source = await openSampleSource(path, { engineFile: server.runtime.engineFile });
		const file = new DiskPanelFile(source, server, tell);
		void file.#readAll().catch((cause: unknown) => file.#failed(cause));
		return file;
	}

	text(line: number): Promise<string> {
		return this.#source.readLine(line);
	}

	async look(line: number): Promise<LineLook> {
		const text = await this.#source.readLine(line);
		const options = this.#options();
		const annotation = annotateLine(text, options);
		return { text, annotation, findings: this.#findings(annotation, line), metrics: panelMetrics(annotation, options) };
	}

	decided(key: number): void {
		for (let line = 0; line < this.table.lineCount; line += 1) {
			if (this.table.key[line] === key) void this.#lookAgain(line);
		}
	}

	async close(): Promise<void> {
		this.#closing.abort();
		await this.#source.close();
	}

	#options(): AnnotateOptions {
		return { project: this.#server.project(), detectors: this.#server.detectors() };
	}

	#findings(annotation: LineAnnotation, line: number): readonly Finding[] {
		if (!this.#statistics) return annotation.findings;
		return findingsInSearched(annotation, line + 1, this.#statistics, this.#options());
	}

	async #readAll(): Promise<void> {
		const { mediaFolder, engineFile, now } = this.#server.runtime;
		const means = { mediaFolder, engineFile, now, signal: this.#closing.signal };
		// Where its lines are read, which is a copy of a packed file.
		const { path } = this.#source.index;
		await followReviewFacts(path, this.#source.lineCount, this.#options(), means, (facts) => this.#take(facts));
	}

	#take({ table, share, statistics }: ReviewFacts): void {
		if (this.#closing.signal.aborted) return;
		this.table = table;
		this.share = share;
		this.#statistics = statistics;
		this.#changed();
		const decisions = this.#server.decisions();
		for (let line = 0; decisions && line < table.lineCount; line += 1) {
			if (decisions.has(table.key[line] ?? Number.NaN)) void this.#lookAgain(line);
		}
	}

	/** Sets what nobody accepted or hid. */
	async #lookAgain(line: number): Promise<void> {
		try {
			const { annotation, findings } = await this.look(line);
			const key = annotation.share?.key ?? Number.NaN;
			const decisions = this.#server.decisions();
			const isHidden = ({ code }: Finding) =>
				decisions?.isAccepted(key) === true || decisions?.isHidden(key, code) === true;
			this.table.setFindings(
				line,
				findings.filter((finding) => !isHidden(finding)),
			);
			this.#changed();
		} catch (cause) {
			this.#failed(cause);
		}
	}

	#changed(): void {
		this.version += 1;
		this.#tell();
	}

	#failed(cause: unknown): void {
		if (this.#closing.signal.aborted) return;
		const reason = cause instanceof Error ? cause.message : String(cause);
		this.#server.runtime.log(`Review of a file on disk ended: ${reason}`);
		this.note = `Reading ended: ${reason}`;
		this.#changed();
	}
}

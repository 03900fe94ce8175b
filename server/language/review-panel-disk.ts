/** A file on disk, of any size and packing, as the review panel sees it: read once, in slices, and then by line. */
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
import { comparedText, nearestByKey } from "../core/checks/near-duplicate.ts";
import { collectSignatures } from "../core/near-duplicates/signature-columns.ts";
import { factsOf } from "../core/review/facts.ts";
import { panelMetrics } from "../core/review/metrics.ts";
import { ReviewTable } from "../core/review/table.ts";
import { openSampleSource, type SampleSource } from "../node/sample-source.ts";
import type { ServerContext } from "./feature.ts";
import type { LineLook, PanelFile } from "./review-panel-file.ts";
import { TimeSlices } from "./time-slices.ts";

const tellMs = 500;
/** Searching among more would hold the engine for seconds. */
const mostCompared = 20_000;

export class DiskPanelFile implements PanelFile {
	readonly table: ReviewTable;
	version = 1;
	share = 0;
	note: string;
	readonly readOnly: string;
	readonly #source: SampleSource;
	readonly #server: ServerContext;
	readonly #tell: () => void;
	readonly #closing = new AbortController();
	/** Findings of each line by itself, so that what the whole file says can be added. */
	#statistics: FileStatistics | undefined;

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
		return this.#statistics
			? findingsInFile(annotation, line + 1, this.#statistics, this.#options())
			: annotation.findings;
	}

	async #readAll(): Promise<void> {
		const options = this.#options();
		const collector = collectStatistics();
		const signatures = collectSignatures();
		const keys: number[] = [];
		const shares: (LineShare | undefined)[] = [];
		const lineFindings: (readonly Finding[])[] = [];
		const slices = new TimeSlices(this.#server.runtime.now);
		let line = 0;
		let told = this.#server.runtime.now();
		for await (const texts of this.#source.readLines(0, this.#source.lineCount, this.#closing.signal)) {
			for (const text of texts) {
				const annotation = annotateLine(text, options);
				this.table.set(line, factsOf(annotation, panelMetrics(annotation, options)));
				this.#show(line, annotation.findings);
				lineFindings[line] = annotation.findings.map(withoutText);
				const { sample, share } = annotation;
				if (sample && share) {
					shares[line] = share;
					collector.add(line + 1, share);
					if (keys.length < mostCompared && keys.push(share.key)) signatures.add(comparedText(sample));
				}
				line += 1;
				if (!slices.isOver) continue;
				await slices.pause();
				if (this.#closing.signal.aborted) return;
				if (this.#server.runtime.now() - told < tellMs) continue;
				told = this.#server.runtime.now();
				this.share = (0.95 * line) / this.table.lineCount;
				this.version += 1;
				this.#tell();
			}
		}
		this.#statistics = collector.finish(nearestByKey(signatures.finish(), keys, nearThreshold(options)));
		for (line = 0; line < this.table.lineCount; line += 1) {
			const share = shares[line];
			if (share) this.#show(line, this.#findings(shadowOf(share, lineFindings[line] ?? [], this.table, line), line));
			if (slices.isOver) await slices.pause();
			if (this.#closing.signal.aborted) return;
		}
		if (shares.length > mostCompared)
			this.note += `; near duplicates were looked for among the first ${mostCompared} samples`;
		this.share = 1;
		this.version += 1;
		this.#tell();
	}

	/** Sets what nobody accepted or hid. */
	#show(line: number, findings: readonly Finding[]): void {
		const key = this.table.key[line] ?? Number.NaN;
		const decisions = this.#server.decisions();
		const shown =
			Number.isNaN(key) || !decisions?.has(key)
				? findings
				: decisions.isAccepted(key)
					? []
					: findings.filter(({ code }) => !decisions.isHidden(key, code));
		this.table.setFindings(line, shown);
	}

	async #lookAgain(line: number): Promise<void> {
		try {
			this.#show(line, (await this.look(line)).findings);
			this.version += 1;
			this.#tell();
		} catch (cause) {
			this.#failed(cause);
		}
	}

	#failed(cause: unknown): void {
		if (this.#closing.signal.aborted) return;
		const reason = cause instanceof Error ? cause.message : String(cause);
		this.#server.runtime.log(`Review of a file on disk ended: ${reason}`);
		this.note = `Reading ended: ${reason}`;
		this.version += 1;
		this.#tell();
	}
}

/** A finding without its sentence: a million of those would fill the memory. */
function withoutText(finding: Finding): Finding {
	return { ...finding, message: "", source: null };
}

/** A line's annotation without its text: enough to say which checks of the whole file it fails. */
function shadowOf(share: LineShare, findings: readonly Finding[], table: ReviewTable, line: number): LineAnnotation {
	const language = table.languages.texts[table.language[line] ?? 0] || null;
	return {
		sample: {
			shape: "prompt-response",
			id: null,
			language,
			seedLanguage: null,
			strategy: null,
			model: null,
			finishReason: null,
			promptInput: null,
			responseInput: null,
			turns: [{ role: "assistant", text: "", field: "response" }],
			mayLackResponse: false,
		},
		language,
		isBlank: false,
		findings,
		share,
	};
}

/** Checks a file from disk, whatever its size, for editors that do not hand it over: the worst samples, and the counts. */
import { basename } from "node:path";
import type { Finding } from "../core/checks/finding.ts";
import { requests } from "../core/engine-api.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { UserError } from "../core/problem.ts";
import { annotateFiles } from "../node/annotate-file.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import type { Feature } from "./feature.ts";
import { respond } from "./respond.ts";

/** Findings spelt out in a report; the counts are of all. */
const shownFindings = 500;

export const checkFileFeature: Feature = (server) => {
	let detectors: Promise<Detectors> | undefined;
	respond(server, requests.checkFile, async ({ path }) => {
		const { mediaFolder, engineFile, log } = server.runtime;
		detectors ??= detectorsOrFranc(mediaFolder, log);
		const options = { project: server.project(), detectors: await detectors };
		const report = new FileReport(basename(path));
		try {
			for await (const lines of annotateFiles([{ path, name: path }], options, { mediaFolder, engineFile })) {
				for (const { line, problems } of lines) report.add(line, problems);
			}
		} catch (cause) {
			if (cause instanceof UserError) throw cause;
			throw new UserError(
				"unreadable",
				`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
				{ cause },
			);
		}
		return { report: report.text() };
	});
};

class FileReport {
	readonly #name: string;
	readonly #counts = new Map<string, number>();
	readonly #shown: string[] = [];
	#lines = 0;
	#weak = 0;
	#findings = 0;

	constructor(name: string) {
		this.#name = name;
	}

	add(line: number, problems: readonly Finding[]): void {
		this.#lines += 1;
		if (problems.length > 0) this.#weak += 1;
		for (const { code, message } of problems) {
			this.#findings += 1;
			this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
			if (this.#shown.length < shownFindings) this.#shown.push(`line ${line}  ${code}  ${message}`);
		}
	}

	text(): string {
		const counts = [...this.#counts]
			.sort((a, b) => b[1] - a[1])
			.map(([code, count]) => `${String(count).padStart(9)}  ${code}`);
		const rest = this.#findings - this.#shown.length;
		return [
			`${this.#name}: ${this.#lines} lines, ${this.#weak} with findings`,
			"",
			...counts,
			"",
			...this.#shown,
			...(rest > 0 ? [`… and ${rest} more; \`polyglot annotate\` lists them all.`] : []),
			"",
		].join("\n");
	}
}

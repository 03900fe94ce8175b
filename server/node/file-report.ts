/** A file's findings as a text to read: the counts of all, and the first ones spelt out. */
import type { Finding } from "../core/checks/finding.ts";

/** Findings spelt out in a report; the counts are of all. */
const shownFindings = 500;

export class FileReport {
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

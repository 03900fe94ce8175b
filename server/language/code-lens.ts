/** Above each weak sample: its worst reason, and what can be done in one click. Off unless switched on. */
import type { CodeLens } from "vscode-languageserver/node";
import type { AnnotatedFile } from "./annotated-file.ts";
import { type Choice, decideCommand } from "./decide.ts";
import { weakSamples } from "./diagnostics.ts";
import { range } from "./ranges.ts";

/** As many as there are diagnostics, the worst samples first. */
export function lensesOf(file: AnnotatedFile, maximum: number): CodeLens[] {
	return weakSamples(file)
		.filter(({ findings }) => findings[0]?.severity !== "hint")
		.slice(0, maximum)
		.flatMap(({ line, findings }): CodeLens[] => {
			const [worst] = findings;
			const key = file.line(line).share?.key;
			if (!worst) return [];
			const at = range(line, 0, 0);
			const more = findings.length > 1 ? ` and ${findings.length - 1} more` : "";
			const reason = { range: at, command: { title: `${worst.code}${more}`, command: "" } };
			if (key === undefined) return [reason];
			const choice: Choice = { key, decision: "accepted" };
			return [reason, { range: at, command: { title: "Mark accepted", command: decideCommand, arguments: [choice] } }];
		});
}

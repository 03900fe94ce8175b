/** A recommendation as plain text, for the terminal and for a page in the editor. */
import type { Recommendation } from "./recommend.ts";

/** Sentences numbered into the evidence below them, then the plan. */
export function recommendationText({ wish, statements, candidates, plan }: Recommendation): string {
	const labels = new Map(candidates.map(({ teacher, label }) => [teacher, label]));
	const sentences = statements.map(
		({ text, evidence }, index) => `${text}${evidence.length > 0 ? ` [${index + 1}]` : ""}`,
	);
	const evidence = statements.flatMap((statement, index) =>
		statement.evidence.map(({ text, file }) => `  [${index + 1}] ${text} (${file})`),
	);
	const teachers = plan.teachers.map((teacher) => labels.get(teacher) ?? teacher).join(", ");
	const lines = [
		`Teachers for ${wish.language}, student base ${wish.studentBase}, ${wish.samples} samples`,
		"",
		...sentences,
		"",
		`Plan: try ${teachers} with ${plan.samplesPerTeacher} samples each, ${plan.strategies.join(", ")} in equal shares.`,
		plan.measurement,
		"",
		"Evidence",
		...evidence,
	];
	return `${lines.map(clean).join("\n")}\n`;
}

/** Names come from files; none may steer a terminal. */
function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

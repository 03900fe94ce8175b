/** `polyglot annotate` for other programs: SARIF for code scanning, JUnit for test reports. */
import { checkCodes } from "../core/checks/codes.ts";
import type { Finding } from "../core/checks/finding.ts";
import type { AnnotatedLine } from "../node/annotate-file.ts";
import type { Report } from "./annotate-formats.ts";
import type { CommandIo } from "./command.ts";

const levels = { error: "error", information: "note", hint: "none" } as const;

/** SARIF 2.1.0, one result a finding; written piece by piece, so that no file is too large. */
export function sarifReport(io: CommandIo): Report {
	const rules = checkCodes.map((id) => ({ id, shortDescription: { text: id.replaceAll("-", " ") } }));
	const driver = { name: "Polyglot Lens", rules };
	io.stdout(
		`{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${JSON.stringify({ driver })},"columnKind":"utf16CodeUnits","results":[`,
	);
	let separator = "";
	return {
		add(lines) {
			for (const line of lines) {
				for (const finding of line.problems) {
					io.stdout(`${separator}\n${JSON.stringify(sarifResult(line, finding))}`);
					separator = ",";
				}
			}
		},
		finish: () => io.stdout("\n]}]}\n"),
	};
}

function sarifResult({ file, line, id, language }: AnnotatedLine, finding: Finding): object {
	const { code, severity, message, field, start, end, value, threshold, source } = finding;
	// A column is of the line; offsets in a decoded field are none, so they stay properties.
	const column = field === null && start !== null ? { startColumn: start + 1 } : {};
	return {
		ruleId: code,
		level: levels[severity],
		message: { text: message },
		locations: [
			{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, ...column } } },
		],
		properties: { id, language, field, start, end, value, threshold, source },
	};
}

/** A relative reference: each part of the path escaped. */
function uriOf(file: string): string {
	return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}

/** One suite a file, one test case a weak sample, and one for the file itself where none is weak. */
export function junitReport(io: CommandIo): Report {
	const suites = new Map<string, { lines: number; weak: AnnotatedLine[] }>();
	return {
		add(lines) {
			for (const line of lines) {
				const suite = suites.get(line.file) ?? { lines: 0, weak: [] };
				suites.set(line.file, suite);
				suite.lines += 1;
				if (line.problems.length > 0) suite.weak.push(line);
			}
		},
		finish() {
			io.stdout('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="polyglot annotate">\n');
			for (const [file, { lines, weak }] of suites) {
				const counts = `tests="${lines}" failures="${weak.length}"`;
				io.stdout(`<testsuite name="${xml(file)}" ${counts}>\n${weak.map(testCase).join("")}</testsuite>\n`);
			}
			io.stdout("</testsuites>\n");
		},
	};
}

function testCase({ file, line, id, problems }: AnnotatedLine): string {
	const name = id === null ? `line ${line}` : `line ${line}: ${id}`;
	const failures = problems.map(({ code, message }) => `<failure type="${xml(code)}" message="${xml(message)}"/>`);
	return `<testcase classname="${xml(file)}" name="${xml(name)}">${failures.join("")}</testcase>\n`;
}

/** Text inside an attribute; what XML 1.0 forbids becomes U+FFFD. */
function xml(text: string): string {
	return text
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
		.replace(/[<>&"\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

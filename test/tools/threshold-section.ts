/** The part of a check's page that lists its thresholds. */
import type { CheckCode } from "../../server/core/checks/codes.ts";
import { thresholdRows } from "../../server/core/checks/thresholds.ts";

const heading = "## Thresholds";
const closing = "Switch it off";

/** The page with the section as the table has it, before the last paragraph; without one where the check has no threshold. */
export function withThresholds(page: string, code: CheckCode): string {
	const end = page.lastIndexOf(closing);
	const start = page.indexOf(heading);
	const head = page.slice(0, start === -1 ? end : start).trimEnd();
	const rows = thresholdRows(code);
	return [head, ...(rows.length > 0 ? [section(code, rows)] : []), page.slice(end)].join("\n\n");
}

function section(code: CheckCode, rows: ReturnType<typeof thresholdRows>): string {
	const lines = rows.map(
		({ name, language, threshold }) =>
			`| ${name === undefined ? "" : `\`${name}\``} | ${language === "*" ? "all" : language} | ${threshold.value} | ${threshold.source} |`,
	);
	const named = rows.find(({ name }) => name !== undefined)?.name;
	const setting = rows.some(({ name }) => name === undefined)
		? `"threshold": ${rows[0]?.threshold.value}`
		: `"thresholds": { "${named}": ${rows[0]?.threshold.value} }`;
	const more =
		named === undefined || setting.includes("thresholds")
			? ""
			: ` Those with a name go into \`"thresholds": { "${named}": … }\`.`;
	return [
		heading,
		"",
		"| name | language | value | source |",
		"|---|---|--:|---|",
		...lines,
		"",
		`Set for one language or all (\`*\`) in \`polyglot.json\`: \`"checks": { "de": { "${code}": { ${setting} } } }\`.${more}`,
	].join("\n");
}

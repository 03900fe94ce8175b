/** What was found in a sample, in sentences, each with its check's page. */
import type { ReviewFinding } from "../../server/core/review/messages.ts";
import { visibleLine } from "../reading/invisible.ts";
import { button, element } from "../shared/element.ts";

export function drawFindings(
	section: HTMLElement,
	findings: readonly ReviewFinding[],
	explain: (code: string) => void,
): void {
	const title = element("h2", "", findings.length === 0 ? "Nothing found" : "Findings");
	const list = element("ul", "findings");
	list.append(
		...findings.map(({ code, severity, message, isHidden }) => {
			const row = element("li", isHidden ? `${severity} hidden-finding` : severity);
			const name = button(code, () => explain(code), "link code");
			name.setAttribute("aria-label", `${code}: what this check does`);
			row.append(name, element("p", "", visibleLine(message, 2000)));
			if (isHidden) row.append(element("p", "remark", "Accepted or hidden by a decision."));
			return row;
		}),
	);
	section.replaceChildren(title, ...(findings.length === 0 ? [] : [list]));
}

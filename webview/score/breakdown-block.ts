/** The blocks of a breakdown: a title over names with values. */
import { select } from "d3";

export function blockOf(parts: HTMLElement, title: string): HTMLElement {
	const block = parts.ownerDocument.createElement("div");
	block.className = "part-block";
	select(block).append("h3").text(title);
	parts.append(block);
	return block;
}

/** Names with values and a remark, numbers in one column. */
export function facts(block: HTMLElement, rows: readonly (readonly [string, string, string])[]): void {
	const list = select(block).append("dl");
	for (const [name, value, remark] of rows) {
		const row = list.append("div");
		row.append("dt").text(name);
		row.append("dd").append("bdi").text(value);
		if (remark) row.append("dd").attr("class", "remark").append("bdi").text(remark);
	}
}

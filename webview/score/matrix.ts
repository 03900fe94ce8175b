/** Numbers in rows and columns, tinted by size and sign; the number is always written, the tint only helps. */
import { svgIn } from "../shared/svg.ts";
import { fixed, signed } from "./units.ts";

export interface MatrixCell {
	readonly value: number | null;
	readonly tip: string;
	/** Outlined. */
	readonly isMarked?: boolean;
}

export interface Matrix {
	readonly rows: readonly string[];
	readonly columns: readonly string[];
	/** By row, then column; undefined leaves the place empty. */
	readonly cells: readonly (readonly (MatrixCell | undefined)[])[];
	/** The value with the fullest tint. */
	readonly most: number;
	readonly digits: number;
	readonly isSigned: boolean;
	readonly summary: string;
}

const rowHeight = 25;
const head = 26;

export function drawMatrix(body: HTMLElement, matrix: Matrix, room: number): void {
	const { rows, columns, cells, most, digits, isSigned, summary } = matrix;
	const left = 12 + 7 * Math.max(...rows.map((row) => [...row].length));
	const widest = 22 + 7.2 * Math.max(...columns.map((column) => [...column].length));
	const each = Math.min(Math.max(84, widest), Math.max(64, (room - left) / columns.length));
	const svg = svgIn(body).attr("role", "img").attr("aria-label", summary);
	svg.attr("width", left + columns.length * each).attr("height", head + rows.length * rowHeight + 4);
	const right = (column: number) => left + (column + 1) * each - 14;
	svg
		.selectAll("text.column")
		.data(columns)
		.join("text")
		.attr("class", "column")
		.attr("x", (_name, k) => right(k))
		.attr("y", 15)
		.attr("text-anchor", "end")
		.text(String);
	svg
		.selectAll("text.row")
		.data(rows)
		.join("text")
		.attr("class", "row")
		.attr("y", (_name, k) => head + k * rowHeight + 17)
		.text(String);
	const placed = cells.flatMap((line, row) => line.flatMap((cell, column) => (cell ? [{ ...cell, row, column }] : [])));
	const joined = svg
		.selectAll<SVGGElement, (typeof placed)[number]>("g.number")
		.data(placed)
		.join((enter) => {
			const cell = enter.append("g");
			cell.append("rect");
			cell.append("text");
			return cell;
		});
	joined
		.attr(
			"class",
			({ value, isMarked }) => `number ${(value ?? 0) < 0 ? "negative" : "positive"}${isMarked ? " marked" : ""}`,
		)
		.attr("transform", ({ row, column }) => `translate(${left + column * each} ${head + row * rowHeight})`)
		.attr("data-tip", ({ tip }) => tip);
	joined
		.select("rect")
		.attr("x", 2)
		.attr("y", 1.5)
		.attr("width", each - 4)
		.attr("height", rowHeight - 3)
		.attr("fill-opacity", ({ value }) => 0.42 * Math.min(1, Math.abs(value ?? 0) / most));
	joined
		.select("text")
		.attr("x", each - 14)
		.attr("y", 17)
		.attr("text-anchor", "end")
		.text(({ value }) => (isSigned ? signed(value, digits) : fixed(value, digits)));
}

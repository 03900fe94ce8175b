/** Arrow keys move through a grid of which only one cell is a tab stop. */

const steps: Readonly<Record<string, readonly [number, number]>> = {
	ArrowUp: [-1, 0],
	ArrowDown: [1, 0],
	ArrowLeft: [0, -1],
	ArrowRight: [0, 1],
};

/** Moves the focus from a cell with `data-row` and `data-column`; false when the key is none of ours. */
export function moveFocus(event: KeyboardEvent): boolean {
	const step = steps[event.key];
	const from = event.currentTarget;
	if (!step || !(from instanceof SVGElement)) return false;
	event.preventDefault();
	const grid = from.ownerSVGElement;
	let [row, column] = [Number(from.dataset.row), Number(from.dataset.column)];
	for (let tries = 0; tries < 50; tries += 1) {
		row += step[0];
		column += step[1];
		const next = grid?.querySelector<SVGElement>(`[data-row="${row}"][data-column="${column}"]`);
		if (!next) continue;
		from.setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		next.focus();
		break;
	}
	return true;
}

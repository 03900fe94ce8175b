/** Which rows of a long list are on screen: exact in pixels while a browser can scroll that far, else in proportion. */

/** Browsers draw nothing beyond some 33 million pixels; half of that is safe everywhere. */
const tallest = 15_000_000;

export interface RowWindow {
	/** First row drawn, and how many. */
	readonly first: number;
	readonly count: number;
	/** Where the first row is drawn, in pixels of the scrolled content. */
	readonly top: number;
	/** Of the scrolled content. */
	readonly height: number;
}

/** Rows drawn beyond either edge, so that a quick scroll shows no gap. */
const beyond = 6;

export function windowAt(scrollTop: number, viewport: number, rows: number, rowHeight: number): RowWindow {
	const whole = rows * rowHeight;
	const height = Math.min(whole, tallest);
	const visible = Math.ceil(viewport / rowHeight) + 1;
	const place = height > viewport ? Math.min(1, Math.max(0, scrollTop / (height - viewport))) : 0;
	// The scroll position in pixels of a list that could be as tall as it is.
	const exact = whole === height ? scrollTop : place * (whole - viewport);
	const first = Math.max(0, Math.min(rows - visible, Math.floor(exact / rowHeight)) - beyond);
	const count = Math.max(0, Math.min(rows - first, visible + 2 * beyond));
	return { first, count, top: scrollTop + (first * rowHeight - exact), height };
}

/** Where to scroll so that the row is wholly seen; null where it is already. */
export function scrollFor(
	row: number,
	scrollTop: number,
	viewport: number,
	rows: number,
	rowHeight: number,
): number | null {
	const whole = rows * rowHeight;
	const height = Math.min(whole, tallest);
	const scale = whole > viewport ? (height - viewport) / (whole - viewport) : 1;
	const exact = scrollTop / scale;
	const start = row * rowHeight;
	if (start < exact) return start * scale;
	if (start + rowHeight > exact + viewport) return (start + rowHeight - viewport) * scale;
	return null;
}

/** A text that is one JSON array, cut into its elements, one line each; takes the text in pieces of any size. */

/** What keeps a text from being one array. */
export interface ArrayFault {
	/** UTF-16 offset in the whole text. */
	readonly offset: number;
	readonly message: string;
}

/** White space between an element's tokens that would break its line is dropped; everything else stays as it was. */
export class ArraySplitter {
	fault: ArrayFault | undefined;
	#offset = 0;
	/** "before" the array, inside it, or "after" it. */
	#part: "before" | "inside" | "after" = "before";
	/** Lists and objects that are open within the element. */
	#depth = 0;
	#isInString = false;
	#isEscaped = false;
	/** After a line break outside of strings: the white space that follows goes as well. */
	#isSkipping = false;
	#element = "";

	/** The elements that end in this piece. Stops for good at the first fault. */
	push(piece: string): string[] {
		const elements: string[] = [];
		let from = 0;
		for (let at = 0; at < piece.length && !this.fault; at += 1) {
			const unit = piece.charCodeAt(at);
			if (this.#isInString) {
				at = this.#string(piece, at);
				continue;
			}
			if (this.#isSkipping && isSpace(unit)) {
				from = at + 1;
				continue;
			}
			this.#isSkipping = false;
			if (this.#part !== "inside") {
				this.#outside(unit, at);
				from = at + 1;
			} else if (this.#depth === 0 && (unit === comma || unit === closeList)) {
				this.#end(piece.slice(from, at), elements, at, unit === closeList);
				from = at + 1;
			} else if (unit === newline || unit === carriageReturn) {
				this.#element += piece.slice(from, at);
				this.#isSkipping = true;
				from = at + 1;
			} else if (unit === quote) this.#isInString = true;
			else if (unit === openList || unit === openObject) this.#depth += 1;
			else if (unit === closeList || unit === closeObject) this.#depth -= 1;
		}
		if (this.#part === "inside") this.#element += piece.slice(from);
		this.#offset += piece.length;
		return elements;
	}

	/** To be called after the last piece. */
	finish(): ArrayFault | undefined {
		if (!this.fault && this.#part !== "after")
			this.fault = { offset: this.#offset, message: "The array is never closed." };
		return this.fault;
	}

	/** Returns the place of the last unit that was looked at. */
	#string(piece: string, from: number): number {
		for (let at = from; at < piece.length; at += 1) {
			if (this.#isEscaped) this.#isEscaped = false;
			else if (piece.charCodeAt(at) === backslash) this.#isEscaped = true;
			else if (piece.charCodeAt(at) === quote) {
				this.#isInString = false;
				return at;
			}
		}
		return piece.length - 1;
	}

	#outside(unit: number, at: number): void {
		if (isSpace(unit) || (unit === byteOrderMark && this.#offset + at === 0)) return;
		if (this.#part === "before" && unit === openList) this.#part = "inside";
		else {
			const message = this.#part === "before" ? "The text is no array." : "The text goes on after its array.";
			this.fault = { offset: this.#offset + at, message };
		}
	}

	#end(rest: string, elements: string[], at: number, isLast: boolean): void {
		const element = (this.#element + rest).trim();
		this.#element = "";
		if (isLast) this.#part = "after";
		if (element !== "") elements.push(element);
		// An empty array, or a comma after the last element, which many writers leave.
		else if (!isLast) this.fault = { offset: this.#offset + at, message: "An element is missing before a comma." };
	}
}

/** The elements of a text that is one array, undefined where it is none. */
export function arrayElements(text: string): string[] | undefined {
	const splitter = new ArraySplitter();
	const elements = splitter.push(text);
	return splitter.finish() ? undefined : elements;
}

const [quote, backslash, comma, newline, carriageReturn] = [0x22, 0x5c, 0x2c, 0x0a, 0x0d];
const [openList, closeList, openObject, closeObject, byteOrderMark] = [0x5b, 0x5d, 0x7b, 0x7d, 0xfeff];

function isSpace(unit: number): boolean {
	return unit === 0x20 || unit === 0x09 || unit === newline || unit === carriageReturn;
}

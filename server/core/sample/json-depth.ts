/** Whether a line nests deeper than any sample does; found before it is parsed, in one pass and without memory. */
import type { JsonFault } from "./json-scan.ts";

/** Levels of lists and objects. Chats with tool calls have a dozen. */
export const deepest = 512;
/** Parsers are quick on shorter lines, however they nest. */
const leastLooked = 20_000;

/** The place where a line becomes too deep; undefined where it does not, whether or not it is JSON. */
export function depthFault(text: string): JsonFault | undefined {
	if (text.length < leastLooked) return undefined;
	let depth = 0;
	for (let at = 0; at < text.length; at += 1) {
		const unit = text.charCodeAt(at);
		if (unit === quote) at = stringEnd(text, at + 1);
		else if (unit === openList || unit === openObject) {
			depth += 1;
			if (depth > deepest)
				return {
					offset: at,
					message: `The line nests more than ${deepest} lists and objects in each other; no sample does.`,
				};
		} else if (unit === closeList || unit === closeObject) depth -= 1;
	}
	return undefined;
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** The place of the string's closing quote, or the text's end. */
function stringEnd(text: string, from: number): number {
	for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
		let escapes = at;
		while (text.charCodeAt(escapes - 1) === backslash && escapes > from) escapes -= 1;
		if ((at - escapes) % 2 === 0) return at;
	}
	return text.length;
}

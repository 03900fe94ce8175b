/** The lines of a file of any size and any bytes, in blocks, in memory of a few blocks. */
import { open } from "node:fs/promises";

const blockBytes = 1 << 20;
const newline = 10;
const carriageReturn = 13;

/**
 * Yields arrays of decoded lines without their breaks. Bytes that are not UTF-8 become U+FFFD; a byte order mark at
 * the start is dropped. Text after the last newline is a line of its own; nothing after it is not.
 */
export async function* readLines(path: string): AsyncGenerator<readonly string[]> {
	const file = await open(path, "r");
	try {
		let carried: Buffer[] = [];
		let isFirst = true;
		const decode = (parts: readonly Buffer[]): string => {
			const text = decodeLine(parts);
			const line = isFirst && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
			isFirst = false;
			return line;
		};
		for (;;) {
			const block = Buffer.allocUnsafe(blockBytes);
			const { bytesRead } = await file.read(block, 0, blockBytes, null);
			if (bytesRead === 0) break;
			const lines: string[] = [];
			let start = 0;
			const read = block.subarray(0, bytesRead);
			for (let end = read.indexOf(newline); end !== -1; end = read.indexOf(newline, start)) {
				lines.push(decode([...carried, read.subarray(start, end)]));
				carried = [];
				start = end + 1;
			}
			if (start < bytesRead) carried.push(read.subarray(start));
			if (lines.length > 0) yield lines;
		}
		if (carried.length > 0) yield [decode(carried)];
	} finally {
		await file.close();
	}
}

function decodeLine(parts: readonly Buffer[]): string {
	const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
	const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
	return bytes.toString("utf8", 0, end);
}

/** What `logs.read` answers: a stretch of a log that begins and ends between two characters (protocol §5). */
import { TrainerError } from "../core/trainer/errors.ts";
import type { Result } from "../core/trainer/methods.ts";

/** Cuts at character boundaries; a negative offset counts from the end. */
export function cutLog(bytes: Buffer, asked: number, limit: number): Result<"logs.read"> {
	const size = bytes.length;
	const wanted = asked < 0 ? Math.max(0, size + asked) : asked;
	if (wanted > size) throw new TrainerError("range_invalid", `The log has ${size} bytes, asked for byte ${wanted}.`);
	const offset = boundary(bytes, wanted);
	let nextOffset = Math.min(size, offset + limit);
	while (nextOffset > offset && nextOffset < size && isContinuation(bytes[nextOffset])) nextOffset -= 1;
	// A limit shorter than one character would never get on.
	if (nextOffset === offset) nextOffset = boundary(bytes, Math.min(size, offset + 1));
	const text = bytes.toString("utf8", offset, nextOffset);
	return { offset, nextOffset, size, text, eof: nextOffset === size };
}

function boundary(bytes: Buffer, from: number): number {
	let at = from;
	while (at < bytes.length && isContinuation(bytes[at])) at += 1;
	return at;
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

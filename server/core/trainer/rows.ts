/** The rows a trainer accepts (trainer.md §5, §10), checked one line at a time before a dataset is taken in. */
import type { datasetKinds } from "./objects.ts";

export const rowCodes = [
	"not_json",
	"not_object",
	"missing_field",
	"bad_role_order",
	"empty_content",
	"bad_unicode",
	"row_too_long",
] as const;
export type RowCode = (typeof rowCodes)[number];

export interface RowComplaint {
	readonly code: RowCode;
	readonly message: string;
}

export interface TrainingPair {
	/** All turns before the last answer, one a line. */
	readonly prompt: string;
	readonly response: string;
}

type Row = Readonly<Record<string, unknown>>;

/** What is wrong with one line (without its newline), or undefined. `bytes` is its length in UTF-8. */
export function checkRow(
	kind: (typeof datasetKinds)[number],
	line: string,
	size: { readonly bytes: number; readonly rowBytes: number },
): RowComplaint | undefined {
	if (size.bytes > size.rowBytes) {
		return complain("row_too_long", `${size.bytes} bytes, ${size.rowBytes} are allowed.`);
	}
	// Decoding puts U+FFFD for broken bytes; a row that spells it out is not told apart and is refused as well.
	if (line.includes("\uFFFD")) return complain("bad_unicode", "Bytes that are not UTF-8, or U+FFFD.");
	const row = parse(line);
	if (row === undefined) return complain("not_json", line === "" ? "A blank line." : "Not JSON.");
	if (typeof row !== "object" || row === null || Array.isArray(row)) return complain("not_object", "Not an object.");
	return kind === "sft-jsonl" ? checkTraining(row as Row) : checkEvaluation(row as Row);
}

/** The pair a checked `sft-jsonl` row trains on. */
export function trainingPair(row: Row): TrainingPair {
	if (!Array.isArray(row.messages)) return { prompt: String(row.prompt), response: String(row.response) };
	const contents = row.messages.map((message: { content: string }) => message.content);
	return { prompt: contents.slice(0, -1).join("\n"), response: contents.at(-1) ?? "" };
}

function checkTraining(row: Row): RowComplaint | undefined {
	if (Object.hasOwn(row, "messages")) return checkMessages(row.messages);
	return checkTexts(row, ["prompt", "response"]);
}

function checkMessages(messages: unknown): RowComplaint | undefined {
	if (!Array.isArray(messages)) return complain("missing_field", "messages is not an array.");
	const turns = messages as readonly (Row | null)[];
	for (const turn of turns) {
		if (typeof turn?.role !== "string" || typeof turn.content !== "string") {
			return complain("missing_field", "A message without role or content.");
		}
	}
	const roles = turns.map((turn) => String(turn?.role));
	if (!isInTurn(roles)) return complain("bad_role_order", `Roles ${roles.slice(0, 8).join(", ")} are out of turn.`);
	for (const turn of turns) {
		const complaint = checkText("content", turn?.content);
		if (complaint) return complaint;
	}
	return undefined;
}

/** Optional system first, then user and assistant in turn, assistant last. */
function isInTurn(roles: readonly string[]): boolean {
	const turns = roles[0] === "system" ? roles.slice(1) : roles;
	return (
		turns.length >= 2 &&
		turns.length % 2 === 0 &&
		turns.every((role, index) => role === (index % 2 === 0 ? "user" : "assistant"))
	);
}

function checkEvaluation(row: Row): RowComplaint | undefined {
	if (typeof row.id !== "string" && !Number.isSafeInteger(row.id)) return complain("missing_field", "id is missing.");
	if (Object.hasOwn(row, "choices")) return checkTexts(row, ["question"]) ?? checkChoices(row);
	if (Object.hasOwn(row, "chosen")) return checkTexts(row, ["prompt", "chosen", "rejected", "subset"]);
	if (typeof row.answer !== "number" || !Number.isFinite(row.answer)) {
		return complain("missing_field", "answer is not a number.");
	}
	return checkTexts(row, ["question"]) ?? checkShots(row.shots);
}

function checkChoices({ choices, answer }: Row): RowComplaint | undefined {
	if (!Array.isArray(choices) || choices.length < 2 || !choices.every((choice) => typeof choice === "string")) {
		return complain("missing_field", "choices are not two or more texts.");
	}
	const isIndex = Number.isInteger(answer) && Number(answer) >= 0 && Number(answer) < choices.length;
	return isIndex ? undefined : complain("missing_field", "answer is not an index into choices.");
}

function checkShots(shots: unknown): RowComplaint | undefined {
	if (shots === undefined) return undefined;
	if (!Array.isArray(shots)) return complain("missing_field", "shots is not an array.");
	for (const shot of shots as readonly (Row | null)[]) {
		const isShot = typeof shot?.question === "string" && ["number", "string"].includes(typeof shot.answer);
		if (!isShot) return complain("missing_field", "A shot without question or answer.");
	}
	return undefined;
}

function checkTexts(row: Row, names: readonly string[]): RowComplaint | undefined {
	for (const name of names) {
		const complaint = checkText(name, row[name]);
		if (complaint) return complaint;
	}
	return undefined;
}

function checkText(name: string, value: unknown): RowComplaint | undefined {
	if (typeof value !== "string") return complain("missing_field", `${name} is not a text.`);
	if (!value.isWellFormed()) return complain("bad_unicode", `${name} holds a lone surrogate.`);
	if (value.trim() === "") return complain("empty_content", `${name} is empty.`);
	return undefined;
}

function parse(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

const complain = (code: RowCode, message: string): RowComplaint => ({ code, message });

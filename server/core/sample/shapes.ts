/** The shapes a row may have: ours, chat messages, ShareGPT, Alpaca, and the project's own field names. */
import type { FieldMapping } from "../project.ts";
import type { Role, Sample, SchemaFault, Shape, Turn } from "./sample.ts";

type Row = Readonly<Record<string, unknown>>;

interface Turns {
	readonly shape: Shape;
	readonly turns: readonly Turn[];
	readonly faults: readonly SchemaFault[];
}

/** Reads a parsed row of any shape; the shapes are tried from the most to the least explicit. */
export function readShape(
	value: unknown,
	mapping?: FieldMapping,
): { readonly sample: Sample | null; readonly faults: readonly SchemaFault[] } {
	if (!isRow(value)) return { sample: null, faults: [notAnObject(value)] };
	const read =
		readMapped(value, mapping) ??
		readPair(value, "prompt-response", "prompt", "response") ??
		readChat(value, openAi) ??
		readChat(value, shareGpt) ??
		readAlpaca(value);
	if (!read) return { sample: null, faults: [unknownShape(value)] };
	return { sample: read.turns.length > 0 ? toSample(value, read, mapping) : null, faults: read.faults };
}

function toSample(row: Row, read: Turns, mapping: FieldMapping | undefined): Sample {
	const provenance = isRow(row.provenance) ? row.provenance : {};
	return {
		shape: read.shape,
		turns: read.turns,
		id: label(mapping?.id === undefined ? undefined : at(row, mapping.id)) ?? label(row.id),
		language:
			label(mapping?.language === undefined ? undefined : at(row, mapping.language)) ??
			label(row.language) ??
			label(row.lang),
		seedLanguage: label(row.seed_language),
		strategy: label(row.strategy),
		model: label(row.model),
		finishReason: label(provenance.finishReason) ?? label(row.finish_reason) ?? label(row.stop_reason),
		promptInput: label(row.prompt_input),
		responseInput: label(row.response_input),
		mayLackResponse: Array.isArray(row.strategy) && row.strategy.every((strategy) => strategy === "respond"),
	};
}

function readMapped(row: Row, mapping: FieldMapping | undefined): Turns | undefined {
	return mapping && readPair(row, "mapped", mapping.prompt, mapping.response);
}

function readPair(row: Row, shape: Shape, prompt: string, response: string): Turns | undefined {
	if (at(row, prompt) === undefined && at(row, response) === undefined) return undefined;
	// `prompt` beside `messages` and no `response` is a chat row that also keeps its prompt.
	if (at(row, response) === undefined && Array.isArray(row.messages)) return undefined;
	return texts(row, shape, [
		[prompt, "user"],
		[response, "assistant"],
	]);
}

function readAlpaca(row: Row): Turns | undefined {
	if (row.instruction === undefined && row.output === undefined) return undefined;
	const input = row.input;
	const hasInput = input !== undefined && input !== null && input !== "";
	return texts(row, "alpaca", [
		["instruction", "user"],
		...(hasInput ? [["input", "user"] as const] : []),
		["output", "assistant"],
	]);
}

function texts(row: Row, shape: Shape, wanted: readonly (readonly [string, Role])[]): Turns {
	const turns: Turn[] = [];
	const faults: SchemaFault[] = [];
	for (const [field, role] of wanted) {
		const text = at(row, field);
		if (typeof text === "string") turns.push({ role, text, field });
		else faults.push({ field, message: textFault(field, text) });
	}
	return { shape, turns, faults };
}

interface ChatKeys {
	readonly shape: Shape;
	readonly list: string;
	readonly role: string;
	readonly text: string;
}

const openAi: ChatKeys = { shape: "messages", list: "messages", role: "role", text: "content" };
const shareGpt: ChatKeys = { shape: "conversations", list: "conversations", role: "from", text: "value" };

function readChat(row: Row, keys: ChatKeys): Turns | undefined {
	const list = row[keys.list];
	if (list === undefined) return undefined;
	const turns: Turn[] = [];
	const faults: SchemaFault[] = [];
	if (!Array.isArray(list)) faults.push({ field: keys.list, message: `"${keys.list}" is ${kind(list)}, not a list.` });
	else if (list.length === 0) faults.push({ field: keys.list, message: `"${keys.list}" holds no turn.` });
	else for (const [index, turn] of list.entries()) readTurn(turn, `${keys.list}[${index}]`, keys, turns, faults);
	return { shape: keys.shape, turns, faults };
}

function readTurn(turn: unknown, place: string, keys: ChatKeys, turns: Turn[], faults: SchemaFault[]): void {
	if (!isRow(turn)) {
		faults.push({ field: place, message: `Turn ${place} is ${kind(turn)}, not an object.` });
		return;
	}
	// Some files spell a chat with the keys of the other shape.
	const spoken = turn[keys.role] ?? turn.role ?? turn.from;
	const role = typeof spoken === "string" ? roles.get(spoken.toLowerCase()) : undefined;
	if (role === undefined) {
		const said = typeof spoken === "string" ? `the unknown role "${clip(spoken)}"` : "no role";
		faults.push({ field: `${place}.${keys.role}`, message: `Turn ${place} has ${said}.` });
		return;
	}
	const key = turn[keys.text] === undefined && turn.content !== undefined ? "content" : keys.text;
	readContent(turn, `${place}.${key}`, turn[key], role, turns, faults);
}

function readContent(
	turn: Row,
	field: string,
	content: unknown,
	role: Role,
	turns: Turn[],
	faults: SchemaFault[],
): void {
	if (typeof content === "string") turns.push({ role, text: content, field });
	else if (Array.isArray(content)) readParts(content, field, role, turns);
	// A call of a tool says nothing itself.
	else if (content === null && Array.isArray(turn.tool_calls)) turns.push({ role: "tool", text: "", field });
	else faults.push({ field, message: textFault(field, content) });
}

/** Content in parts: the text ones are read, pictures and sound are passed over. */
function readParts(parts: readonly unknown[], field: string, role: Role, turns: Turn[]): void {
	for (const [index, part] of parts.entries()) {
		if (isRow(part) && typeof part.text === "string") {
			turns.push({ role, text: part.text, field: `${field}[${index}].text` });
		}
	}
}

const roles: ReadonlyMap<string, Role> = new Map([
	["system", "system"],
	["developer", "system"],
	["user", "user"],
	["human", "user"],
	["prompter", "user"],
	["assistant", "assistant"],
	["gpt", "assistant"],
	["chatgpt", "assistant"],
	["bard", "assistant"],
	["bing", "assistant"],
	["model", "assistant"],
	["tool", "tool"],
	["function", "tool"],
	["function_call", "tool"],
	["observation", "tool"],
]);

/** A field by its name, or by a dotted path where no field has that very name. */
function at(row: Row, name: string): unknown {
	if (Object.hasOwn(row, name)) return row[name];
	let value: unknown = row;
	for (const part of name.split(".")) value = isRow(value) && Object.hasOwn(value, part) ? value[part] : undefined;
	return value;
}

function isRow(value: unknown): value is Row {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function label(value: unknown): string | null {
	if (typeof value === "string" && value !== "") return value;
	return typeof value === "number" ? String(value) : null;
}

function notAnObject(value: unknown): SchemaFault {
	const next = Array.isArray(value) ? " Put each of its elements on a line of its own." : "";
	return { field: null, message: `The line holds ${kind(value)}; a sample is a JSON object.${next}` };
}

function unknownShape(row: Row): SchemaFault {
	const keys = Object.keys(row);
	const named = keys.slice(0, 8).map((key) => `"${clip(key)}"`);
	const held = named.length === 0 ? "no field at all" : named.join(", ") + (keys.length > 8 ? ", …" : "");
	return {
		field: null,
		message:
			`The row has none of the known shapes (prompt and response; messages; conversations; instruction and output), ` +
			`but ${held}. Name its fields under "fields" in polyglot.json.`,
	};
}

function textFault(field: string, value: unknown): string {
	return value === undefined ? `The field "${field}" is missing.` : `The field "${field}" is ${kind(value)}, not text.`;
}

function kind(value: unknown): string {
	if (value === null) return "null";
	if (Array.isArray(value)) return "a list";
	if (value === undefined) return "missing";
	if (typeof value === "object") return "an object";
	return typeof value === "string" ? "text" : `a ${typeof value}`;
}

function clip(text: string): string {
	return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

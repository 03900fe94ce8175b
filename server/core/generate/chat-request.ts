/** From a seed and a template to the messages a teacher receives. */

import type { Templates } from "../project.ts";
import type { Message, SeedRow, Strategy } from "../sample-row.ts";
import { languageName } from "./system-prompts.ts";
import { taskFamilies } from "./task-families.ts";
import { filled, systemOf, templateOf } from "./templates.ts";

export interface Material {
	readonly strategy: Strategy;
	/** Language the sample shall be in. */
	readonly language: string;
	readonly seed: SeedRow;
	readonly examples: readonly SeedRow[];
	/** Id of a task family; null where the strategy has none. */
	readonly family: string | null;
}

/** True where the answer must be a JSON object with prompt and response; `respond` answers in plain text. */
export const wantsPair = (strategy: Strategy): boolean => strategy !== "respond";

/** The complete conversation to send, system prompt first. */
export function chatMessages(material: Material, custom: Templates | undefined): Message[] {
	const { strategy, language, seed } = material;
	const system: Message = { role: "system", content: systemOf(language, custom) };
	const turns = seedTurns(seed);
	const content = filled(templateOf(strategy, custom), {
		language: languageName(language),
		task: familyText(material.family),
		examples: material.examples.map(exampleText).join("\n\n"),
		prompt: turns.at(-1)?.content ?? seed.prompt,
	});
	const earlier = strategy === "respond" ? turns.slice(0, -1) : [];
	return [system, ...earlier, { role: "user", content }];
}

/** The conversation of the finished sample: the seed's earlier turns survive where its prompt was answered. */
export function sampleMessages(material: Material, prompt: string, response: string): Message[] {
	const earlier = material.strategy === "respond" ? seedTurns(material.seed).slice(0, -1) : [];
	return [...earlier, { role: "user", content: prompt }, { role: "assistant", content: response }];
}

/** The question a seed ends with; what `respond` answers. */
export const seedPrompt = (seed: SeedRow): string => seedTurns(seed).at(-1)?.content ?? seed.prompt;

/** The seed's turns up to its last question; a seed without `messages` has one. */
export function seedTurns(seed: SeedRow): Message[] {
	const turns = Array.isArray(seed.messages) ? seed.messages.filter(isMessage) : [];
	const last = turns.findLastIndex(({ role }) => role === "user");
	return last === -1
		? [{ role: "user", content: seed.prompt }]
		: turns.slice(0, last + 1).filter((turn) => turn.role !== "system");
}

function isMessage(value: unknown): value is Message {
	if (typeof value !== "object" || value === null || !("role" in value) || !("content" in value)) return false;
	return typeof value.content === "string" && ["system", "user", "assistant"].includes(String(value.role));
}

function familyText(id: string | null): string {
	return taskFamilies.find((family) => family.id === id)?.description ?? "of any kind";
}

/** Examples have the form of the wanted answer, so that they teach it. */
const exampleText = ({ prompt, response }: SeedRow) => JSON.stringify({ prompt, response });

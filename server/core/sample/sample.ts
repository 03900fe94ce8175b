/** A sample as every check sees it, whichever shape its line had. */

/** Who speaks. `tool` stands for every kind of function result. */
export type Role = "system" | "user" | "assistant" | "tool";

/** One decoded text of the line and the field it stands in, such as `messages[1].content`. */
export interface Turn {
	readonly role: Role;
	readonly text: string;
	readonly field: string;
}

/** How the line spells a sample. */
export type Shape = "prompt-response" | "messages" | "conversations" | "alpaca" | "mapped";

export interface Sample {
	readonly shape: Shape;
	readonly id: string | null;
	/** As the row writes it. */
	readonly language: string | null;
	/** The language of the seed a translation was made from. */
	readonly seedLanguage: string | null;
	readonly strategy: string | null;
	readonly model: string | null;
	readonly finishReason: string | null;
	/** What a translation was made from: the seed's prompt and response. */
	readonly promptInput: string | null;
	readonly responseInput: string | null;
	readonly turns: readonly Turn[];
	/** True for a seed that only serves to be answered, whose response may be empty. */
	readonly mayLackResponse: boolean;
}

/** What keeps a row that is JSON from being, wholly or at all, a sample. */
export interface SchemaFault {
	readonly field: string | null;
	readonly message: string;
}

/** A prompt with the answer to it; the prompt's texts are all that came since the answer before. */
export interface Exchange {
	readonly prompts: readonly Turn[];
	readonly response: Turn;
}

/** The sample's answers, each with what was asked. */
export function exchanges(sample: Sample): Exchange[] {
	const pairs: Exchange[] = [];
	let prompts: Turn[] = [];
	for (const turn of sample.turns) {
		if (turn.role === "user") prompts.push(turn);
		if (turn.role !== "assistant") continue;
		pairs.push({ prompts, response: turn });
		prompts = [];
	}
	return pairs;
}

export function responses(sample: Sample): Turn[] {
	return sample.turns.filter((turn) => turn.role === "assistant");
}

export function prompts(sample: Sample): Turn[] {
	return sample.turns.filter((turn) => turn.role === "user");
}

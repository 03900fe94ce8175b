/** The ten kinds of task a new sample may be; the plan deals them out evenly. */

export interface TaskFamily {
	readonly id: string;
	/** Completes the sentence “Let the task be …”. */
	readonly description: string;
}

/** Families as the paper describes them by intent (paper/README.md 3); descriptions are ours. */
export const taskFamilies: readonly TaskFamily[] = [
	{
		id: "reasoning",
		description: "a question that needs several steps of everyday reasoning before it can be answered",
	},
	{ id: "quantitative", description: "a calculation with concrete quantities, whose answer shows how it was reached" },
	{
		id: "labelling",
		description: "a short text to be sorted into a category, tagged or searched for particular facts",
	},
	{
		id: "dialogue",
		description: "a conversation to carry on, or advice asked for by someone in a described situation",
	},
	{
		id: "rewriting",
		description: "a text, contained in the prompt, to be shortened, rephrased or put into another tone",
	},
	{ id: "procedures", description: "a request for instructions, to be followed step by step by the reader" },
	{
		id: "correction",
		description: "a sentence, contained in the prompt, with mistakes of grammar or style to mend and explain",
	},
	{ id: "creative", description: "a very short creative piece, such as a greeting, a riddle or four lines of verse" },
	{ id: "fact-checking", description: "a claim to be judged as right, wrong or unprovable, with the reason" },
	{
		id: "culture",
		description: "a question about customs, places, food, history or sayings where the language is spoken",
	},
];

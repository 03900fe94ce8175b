/** Choices outlive a hidden tab and a reload of the window: the editor keeps them for the panel, as plain JSON. */
import * as z from "zod/mini";
import { populationKinds, RecommendationWish, type ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, firstChoices, quantityNames, shownNames, tabs } from "./choices.ts";

/** Where the editor keeps what a panel may forget. */
export interface Memory {
	recall(): unknown;
	keep(remembered: unknown): void;
}

const Remembered = z.object({
	tab: z.enum(tabs),
	shown: z.enum(shownNames),
	studentBase: z.string(),
	hiddenLanguages: z.array(z.string()),
	quantity: z.enum(quantityNames),
	population: z.enum(populationKinds),
	alpha: z.number().check(z.gte(0), z.lte(1)),
	target: z.string(),
	order: z.string(),
	view: z.enum(["chart", "table"]),
	chosen: z.nullable(z.string()),
	wish: RecommendationWish,
});

/** What was chosen before, as far as this message still has it; else what a newcomer sees. */
export function recalledChoices(message: ScorePanelMessage, memory: Memory): Choices {
	const first = firstChoices(message);
	const { success, data } = Remembered.safeParse(memory.recall());
	if (!success) return first;
	const hasBase = message.studentBases.some(({ name }) => name === data.studentBase);
	const hasPopulation = message.populations.some(({ kind }) => kind === data.population);
	return {
		...data,
		hiddenLanguages: new Set(data.hiddenLanguages),
		studentBase: hasBase ? data.studentBase : first.studentBase,
		population: hasPopulation ? data.population : first.population,
	};
}

export function keepChoices({ hiddenLanguages, ...choices }: Choices, memory: Memory): void {
	memory.keep({ ...choices, hiddenLanguages: [...hiddenLanguages] });
}

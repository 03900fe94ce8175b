/** `stop-words`: a long answer with hardly any of its language's commonest words is no running text of it. */
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { about, type Check, type CheckContext, type Metric, turnName } from "./finding.ts";
import { wordsOf } from "./words.ts";

/** Gopher's document length; shorter answers may do without. */
const leastWords = 50;

/** The commonest function words of each language. For Japanese its particles and endings as the segmenter cuts them. */
const lists: Readonly<Record<string, readonly string[]>> = {
	ar: split(
		"في من على إلى عن مع أن إن لا ما هو هي هذا هذه التي الذي كان كانت ثم أو بين كل قد لم بعد قبل عند حتى إذا لكن و",
	),
	cs: split(
		"a v na je se že to s z do i o k ale jako za by jsou pro po od tak co nebo když jeho který která které ve si už jen při",
	),
	de: split(
		"der die das und in zu den von mit ist des sich auf für nicht ein eine dem es im als auch an werden aus er hat dass sie nach wird bei oder wenn",
	),
	en: split(
		"the be to of and that have with a in is it for as on are this was not by or from at you an which can but if they",
	),
	es: split(
		"de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha si sin sobre este",
	),
	id: split(
		"yang dan di dengan untuk ini itu dari dalam pada tidak adalah ke akan atau juga oleh karena bisa dapat sebagai ada lebih jika seperti agar kita anda saat",
	),
	ja: split("の は が を に で と も た て です ます し な れ る から まで や か ない"),
	tl: split(
		"ang ng sa na at mga ay si kung ito para hindi ni o rin din may mo ko nang pa isang kaya dahil lang iyon niya naman bilang",
	),
};

const sets = new Map(Object.entries(lists).map(([code, words]) => [code, new Set(words)]));

export const stopWords: Check = {
	code: "stop-words",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => {
			const count = distinctStopWords(turn, context);
			const threshold = context.threshold("stop-words");
			if (count === null || count >= threshold.value) return [];
			const message =
				`The ${turnName(turn)} holds ${count} of the commonest words of ${context.language?.name}, under ${threshold.value}: ` +
				"it may be a list or noise rather than running text.";
			return [about(turn, "stop-words", message, { value: count, threshold })];
		}),
	measure: (sample, context) =>
		responses(sample).flatMap((turn): Metric[] => {
			const count = distinctStopWords(turn, context);
			if (count === null) return [];
			return [
				{
					name: "different stop words",
					value: count,
					unit: "count",
					field: turn.field,
					threshold: context.threshold("stop-words"),
				},
			];
		}),
};

/** Null for short answers and languages without a list. */
function distinctStopWords(turn: Turn, context: CheckContext): number | null {
	const list = context.language && sets.get(context.language.code);
	if (!list) return null;
	const words = wordsOf(context.masked(turn), context.language);
	if (words.length < leastWords) return null;
	return new Set(words.map(({ text }) => text).filter((word) => list.has(word))).size;
}

function split(words: string): string[] {
	return words.split(" ");
}

/** `code-mixing`: how much of an answer is in other languages, by its letters' windows. Shown, never a reason to warn. */
import { logOdds } from "../language-id/judge-language.ts";
import { acceptedLabels } from "../language-id/labels.ts";
import { isKnownToFastText } from "../language-id/who-knows.ts";
import { responses } from "../sample/sample.ts";
import type { Check, Metric } from "./finding.ts";

/** Sentences this short say nothing of their language. */
const leastLetters = 25;

/** arXiv 2405.05572 finds that code-mixing indexes fit human view poorly, so there is no threshold. */
export const codeMixing: Check = {
	code: "code-mixing",
	find: () => [],
	measure(sample, { language, masked, detectors: { fastText } }) {
		if (!language || !fastText || !isKnownToFastText(language)) return [];
		const accepted = acceptedLabels(language);
		return responses(sample).flatMap((turn): Metric[] => {
			let all = 0;
			let foreign = 0;
			for (const sentence of masked(turn)
				.slice(0, 20_000)
				.split(/[.!?。！？؟\n]+/u)) {
				const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
				if (letters < leastLetters) continue;
				all += letters;
				if ((logOdds(fastText(sentence), accepted) ?? 0) > 0) foreign += letters;
			}
			if (all === 0) return [];
			return [
				{ name: "letters in sentences of another language", value: foreign / all, unit: "share", field: turn.field },
			];
		});
	},
};

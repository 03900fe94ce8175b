/** `refusal` and `self-identification`: the answer declines, or talks about itself as a product. */
import { responses } from "../sample/sample.ts";
import { about, type Check, quoted, turnName } from "./finding.ts";
import { findRefusal, findSelfIdentification, phraseSource } from "./phrases.ts";

/** Models refuse in English in every language. */
const english = { code: "en", name: "English" };

export const refusal: Check = {
	code: "refusal",
	find: (sample, { language }) =>
		responses(sample).flatMap((turn) => {
			const match = findRefusal(turn.text, language?.code);
			if (!match) return [];
			const said = quoted(turn.text.slice(match.start, match.end));
			return [
				about(turn, "refusal", `The ${turnName(turn)} refuses to answer: ${said}.`, {
					...match,
					source: phraseSource(language ?? english),
				}),
			];
		}),
};

export const selfIdentification: Check = {
	code: "self-identification",
	find: (sample, { language }) =>
		responses(sample).flatMap((turn) => {
			const match = findSelfIdentification(turn.text, language?.code);
			if (!match) return [];
			const said = quoted(turn.text.slice(match.start, match.end));
			const message = `The ${turnName(turn)} speaks of itself as a model: ${said}. A student would repeat it.`;
			return [
				about(turn, "self-identification", message, {
					...match,
					source: `${phraseSource(language ?? english)}, after open-instruct and FastChat`,
				}),
			];
		}),
};

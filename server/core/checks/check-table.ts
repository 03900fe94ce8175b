/** Every check of a sample by itself. A check of the whole file is called by `annotate.ts` in its second pass. */
import { codeMixing } from "./code-mixing.ts";
import { degenerateLoop } from "./degenerate-loop.ts";
import { emptyField } from "./empty-field.ts";
import type { Check } from "./finding.ts";
import { instructionShape, listShape, tooLong, tooShort } from "./form.ts";
import { languageLineConfusion } from "./language-line-confusion.ts";
import { languageMismatch } from "./language-mismatch.ts";
import { markupLeftover, mojibake, placeholder } from "./leftovers.ts";
import { alphabetRatio, symbolRatio, unwantedCjk } from "./letter-shares.ts";
import { pii, secret } from "./private-text.ts";
import { promptEcho } from "./prompt-echo.ts";
import { refusal, selfIdentification } from "./refusal.ts";
import { repetition } from "./repetition.ts";
import { scriptMismatch } from "./script-mismatch.ts";
import { stopWords } from "./stop-words.ts";
import { thinkTags } from "./think-tags.ts";
import { lengthRatio, numberMismatch, sourceLeakage } from "./translation.ts";
import { truncated } from "./truncated.ts";
import { turnOrder } from "./turn-order.ts";

export const checks: readonly Check[] = [
	emptyField,
	turnOrder,
	scriptMismatch,
	languageMismatch,
	languageLineConfusion,
	unwantedCjk,
	sourceLeakage,
	numberMismatch,
	lengthRatio,
	refusal,
	selfIdentification,
	degenerateLoop,
	repetition,
	promptEcho,
	truncated,
	thinkTags,
	markupLeftover,
	placeholder,
	mojibake,
	pii,
	secret,
	alphabetRatio,
	symbolRatio,
	stopWords,
	tooShort,
	tooLong,
	listShape,
	instructionShape,
	codeMixing,
];

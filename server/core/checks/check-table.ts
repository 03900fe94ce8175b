/** Every check of a sample by itself. A check of the whole file is called by `annotate.ts` in its second pass. */
import { degenerateLoop } from "./degenerate-loop.ts";
import { emptyField } from "./empty-field.ts";
import type { Check } from "./finding.ts";
import { languageLineConfusion } from "./language-line-confusion.ts";
import { languageMismatch } from "./language-mismatch.ts";
import { promptEcho } from "./prompt-echo.ts";
import { repetition } from "./repetition.ts";
import { scriptMismatch } from "./script-mismatch.ts";
import { turnOrder } from "./turn-order.ts";

export const checks: readonly Check[] = [
	emptyField,
	turnOrder,
	scriptMismatch,
	languageMismatch,
	languageLineConfusion,
	degenerateLoop,
	promptEcho,
	repetition,
];

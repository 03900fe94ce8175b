/** Writes each check's thresholds into its page, from the table the product uses; a test holds that they are up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { checkCodes } from "../../server/core/checks/codes.ts";
import { withThresholds } from "./threshold-section.ts";

for (const code of checkCodes) {
	const path = new URL(`../../media/checks/${code}.md`, import.meta.url);
	writeFileSync(path, withThresholds(readFileSync(path, "utf8"), code));
}

/** Writes the schema of `polyglot.json` for the editor; a test holds that it is up to date. */
import { writeFileSync } from "node:fs";
import { projectSchema } from "../../server/core/project.ts";

writeFileSync(
	new URL("../../media/polyglot.schema.json", import.meta.url),
	`${JSON.stringify(projectSchema(), null, "\t")}\n`,
);

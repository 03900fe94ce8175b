import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { annotateLine } from "../../server/core/annotate.ts";
import { emptyProject } from "../../server/core/project.ts";
import { detectorsOrFranc } from "../../server/node/language-detectors.ts";
import { seedAt } from "../core/checks/practice-seeds.ts";

const wrong = JSON.stringify({ ...seedAt("de", 0), response: seedAt("cs", 2).response });
const codes = (options: Parameters<typeof annotateLine>[1]) => annotateLine(wrong, options).findings;

test("without fastText's model CLD3 and franc judge, and the log says so", async () => {
	const said: string[] = [];
	const detectors = await detectorsOrFranc(tmpdir(), (line) => said.push(line));
	assert.deepEqual(Object.keys(detectors).sort(), ["cld3", "franc"]);
	assert.equal(said.length, 1);
	assert.match(said[0] ?? "", /without fastText.*lid\.176\.ftz/);
	const [finding] = codes({ project: emptyProject, detectors });
	assert.equal(finding?.code, "language-mismatch");
	assert.match(finding?.message ?? "", /not German \(franc's lead/);
});

test("the setting franc-cld3 runs without the model where it is there, and the finding names its table", async () => {
	const said: string[] = [];
	const media = fileURLToPath(new URL("../../media/", import.meta.url));
	const detectors = await detectorsOrFranc(media, (line) => said.push(line));
	assert.deepEqual(said, []);
	const project = { ...emptyProject, languageDetection: "franc-cld3" as const };
	assert.match(codes({ project, detectors })[0]?.source ?? "", /franc among expected and confusable languages/);
	assert.match(codes({ project: emptyProject, detectors })[0]?.source ?? "", /fastText and CLD3 agree/);
});

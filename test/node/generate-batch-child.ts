/** A process that generates by batch files until it is killed. */
import { startGenerateRun } from "../../server/node/generate-run.ts";
import { batchOptions } from "./generate-batch-rig.ts";

const [folder = "", baseUrl = "", apiKey = "", count = "0"] = process.argv.slice(2);
const run = await startGenerateRun(batchOptions(folder, baseUrl, apiKey, Number(count)));
console.log(run.runId);
await run.ended;

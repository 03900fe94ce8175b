/** A process that generates until it is killed: new run, or resume of the id it is given. Prints the run's id. */
import { resumeGenerateRun, startGenerateRun } from "../../server/node/generate-run.ts";
import { optionsFor } from "./generate-rig.ts";

const [folder = "", baseUrl = "", apiKey = "", count = "0", runId] = process.argv.slice(2);
const options = { ...optionsFor(folder, baseUrl, apiKey), count: Number(count) };
const run = await (runId ? resumeGenerateRun(runId, options) : startGenerateRun(options));
console.log(run.runId);
const end = await run.ended;
console.log(end.state);

/** A process that measures until it is killed. Prints a line once it asks, and the number of ratings at the end. */
import { MeasureWish } from "../../server/core/measure/measure-wish.ts";
import { openMeasurement } from "../../server/node/measure-open.ts";
import { worldOf } from "./measure-rig.ts";

const [folder = "", wish = "", baseUrl = "", apiKey = ""] = process.argv.slice(2);
const teacher = { baseUrl, model: "practice-judge", concurrency: 8 };
const measurement = await openMeasurement(MeasureWish.parse(JSON.parse(wish)), worldOf(folder, teacher, apiKey));
console.log("open");
const { report } = await measurement.run(new AbortController().signal);
await measurement.close();
console.log(report.rows[0]?.rubric.n);

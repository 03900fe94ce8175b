/** A process that measures against a server in a long pause, is cancelled, and ends by itself with code 3. */
import { MeasureWish } from "../../server/core/measure/measure-wish.ts";
import { openMeasurement } from "../../server/node/measure-open.ts";
import { worldOf } from "./measure-rig.ts";

const [folder = "", wish = "", baseUrl = ""] = process.argv.slice(2);
const controller = new AbortController();
const world = { ...worldOf(folder, { baseUrl, model: "m" }, null), speed: 1 };
const measurement = await openMeasurement(MeasureWish.parse(JSON.parse(wish)), world);
const running = measurement.run(controller.signal, {
	onProgress: ({ waiting }) => {
		if (waiting !== null) controller.abort();
	},
});
await running.catch(() => {
	process.exitCode = 3;
});
await measurement.close();

/** A client process to be killed: connects, launches and follows until somebody ends it. Says what it has seen. */
import { TrainerClient } from "../../server/node/trainer-client.ts";

const [url = "", folder = "", dataset = ""] = process.argv.slice(2);
const client = await TrainerClient.open({
	url,
	folder,
	token: process.env.POLYGLOT_TRAINER_TOKEN ?? "",
	version: "test",
});
await client.connect();
client.onChange((runId) => {
	const view = runId === undefined ? undefined : client.view(runId);
	if (view && view.metrics.length > 0) process.stdout.write(`${view.runId} ${view.metrics.length}\n`);
});
await client.launchTrain({ specVersion: 1, model: { id: "practice-base" }, template: "none" }, dataset, {
	title: "to be killed",
	about: { teacher: "me" },
});

/** What each kind of practice run does. */
import { evaluate, measure } from "./trainer-evaluate.ts";
import type { Job } from "./trainer-jobs.ts";
import { train } from "./trainer-train.ts";

export async function work(job: Job): Promise<void> {
	await job.enter("preparing");
	const { spec } = job.stored;
	switch (spec.kind) {
		case "train":
			return train(job, spec.spec);
		case "eval":
			return evaluate(job, spec.spec);
		case "measure":
			return measure(job, spec.spec);
	}
}

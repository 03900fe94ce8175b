/** Settles one attempt: decides what it was, puts it on disk, and says whether the request is asked again. */
import { type Judged, nextStep } from "../core/generate/attempt-policy.ts";
import type { Material } from "../core/generate/chat-request.ts";
import type { Reply } from "../core/generate/reply.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { sampleOf } from "../core/generate/sample-of.ts";
import type { SampleRow } from "../core/sample-row.ts";
import { journalLine, type Origin } from "./generate-attempt.ts";
import type { Pending, RunWork } from "./generate-work.ts";

export interface Settled {
	readonly teacher: RunTeacher;
	readonly pending: Pending;
	readonly material: Material;
	readonly reply: Reply;
	readonly judged: Judged;
	readonly origin: Origin;
}

/** Resolves once the attempt is on disk: with the request as it is asked again, or undefined where it is done. */
export async function settle(work: RunWork, settled: Settled): Promise<Pending | undefined> {
	const { teacher, pending, reply, judged, origin } = settled;
	const step = nextStep(judged.outcome, pending.earlier, work.mayDouble(teacher));
	const row = rowOf(work, settled);
	const reasons = row ? work.objections(row) : [judged.reason ?? judged.outcome];
	const isAccepted = row !== undefined && reasons.length === 0;
	const again = step === "again" || step === "stop";
	await work.journal(pending.cell, {
		...journalLine(pending, reply, judged, origin),
		verdict: isAccepted ? "accepted" : again ? "again" : "dropped",
		reasons,
	});
	if (step === "stop") work.stop(work.explain(teacher, reply));
	if (again) return askedAgain(pending, reply, judged);
	if (isAccepted) await work.output(row);
	pending.cell.outstanding -= 1;
	if (isAccepted) pending.cell.accepted += 1;
	else pending.cell.dropped += 1;
	work.settled(teacher, isAccepted ? row : undefined, reasons);
	return undefined;
}

function rowOf(work: RunWork, { teacher, pending, material, reply, judged }: Settled): SampleRow | undefined {
	const { line } = pending;
	if (!judged.pair || reply.type !== "answer") return undefined;
	return sampleOf(
		material,
		{ ...work.origins(teacher, material), pair: judged.pair, key: line.key, sample: line.draw.sample, ...reply },
		work.templates,
	);
}

/** The first invalid answer goes back to its teacher with the checker's message. */
function askedAgain({ line, cell, earlier }: Pending, reply: Reply, { outcome, reason }: Judged): Pending {
	const isFirstInvalid = outcome === "invalid" && !earlier.includes("invalid");
	const correction =
		isFirstInvalid && reply.type === "answer" ? { answer: reply.text, reason: reason ?? "" } : undefined;
	return { line, cell, earlier: [...earlier, outcome], ...(correction ? { correction } : {}) };
}

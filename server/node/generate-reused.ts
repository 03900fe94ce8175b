/** Takes over what an earlier run was answered to the same request, so that nothing is paid for twice. */
import { judge } from "../core/generate/attempt-policy.ts";
import type { Reply } from "../core/generate/reply.ts";
import type { JournalLine, RunTeacher } from "../core/generate/run-records.ts";
import { fixedPrompt } from "./generate-attempt.ts";
import { settle } from "./generate-settle.ts";
import type { Pending, RunWork } from "./generate-work.ts";

/** True where an earlier answer was found and settled. A request that was tried before is asked, not looked up. */
export async function reusedAnswer(work: RunWork, teacher: RunTeacher, pending: Pending): Promise<boolean> {
	if (pending.earlier.length > 0) return false;
	const found = await work.earlier(teacher, pending.cell.cell, pending.line);
	if (!found) return false;
	const material = work.material(pending.cell.cell, pending.line.draw);
	const reply = replyOf(found.line);
	const judged = judge(reply, fixedPrompt(material));
	if (judged.outcome !== "answered") return false;
	const origin = { latencyMs: 0, reusedFrom: found.runId };
	await settle(work, { teacher, pending, material, reply, judged, origin });
	return true;
}

const replyOf = ({ answer, finishReason, usage, practice }: JournalLine): Reply => ({
	type: "answer",
	text: answer ?? "",
	finishReason,
	usage,
	isRefusal: false,
	hasReasoning: false,
	isPractice: practice === true,
});

/** An open file's samples in numbers, for the status bar, where no panel knows them already. */
import type { Decisions } from "../core/decisions.ts";
import type { ReviewCounts } from "../core/review/messages.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import { TimeSlices } from "./time-slices.ts";

/** Of the lines read so far; null where the file changed before the count was done. */
export async function summaryOf(
	file: AnnotatedFile,
	decisions: Decisions | undefined,
	isSeen: (key: number) => boolean,
	now: () => number,
): Promise<ReviewCounts | null> {
	const counts = { samples: 0, weak: 0, seen: 0, accepted: 0, rejected: 0, left: 0, broken: 0 };
	const { version } = file.document;
	const slices = new TimeSlices(now);
	for (const line of file.readLines()) {
		const { sample, isBlank, share } = file.line(line);
		if (isBlank) continue;
		const [worst] = file.findings(line);
		if (worst && worst.severity !== "hint") counts.weak += 1;
		if (!sample || !share) counts.broken += 1;
		else {
			counts.samples += 1;
			counts[decisions?.verdict(share.key) ?? "left"] += 1;
			if (isSeen(share.key)) counts.seen += 1;
		}
		if (!slices.isOver) continue;
		await slices.pause();
		if (file.document.version !== version) return null;
	}
	return counts;
}

// A reporter of node:test that writes nothing but the counts, for the last line of `npm test`.
export default async function* countReporter(events) {
	const counts = { passed: 0, failed: 0, skipped: 0 };
	for await (const { type, data } of events) {
		if (type !== "test:pass" && type !== "test:fail") continue;
		if (data.details?.type === "suite") continue;
		if (data.skip !== undefined || data.todo !== undefined) counts.skipped += 1;
		else counts[type === "test:pass" ? "passed" : "failed"] += 1;
	}
	yield JSON.stringify(counts);
}

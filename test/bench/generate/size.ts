/** Memory and CPU of a large run. */
import { measuredInChild } from "./in-child.ts";
import { row, type Scenario } from "./stand.ts";

export const large: Scenario = async () => {
	const small = await measuredInChild({ count: 1_000, concurrency: 64 });
	const big = await measuredInChild({ count: 100_000, concurrency: 64 });
	const grown = big.peakMb - small.peakMb;
	const measured = `+${grown.toFixed(0)} MB (${small.peakMb.toFixed(0)} to ${big.peakMb.toFixed(0)}), ${big.cpuMsPerRow.toFixed(2)} ms CPU a row, ${(big.accepted / big.seconds).toFixed(0)} rows/s`;
	return [
		row(
			"100,000 rows over 1,000 rows, 0 ms, 64 at once",
			measured,
			"<= 100 MB, <= 1 ms",
			big.accepted === 100_000 && grown <= 100 && big.cpuMsPerRow <= 1,
			"Curator: 1.2 to 1.4 ms; openai 7 alone: 0.73 ms; undici raw: 0.14 ms",
		),
	];
};

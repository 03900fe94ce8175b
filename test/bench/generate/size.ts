/** Memory and CPU of a large run. */
import { type Measured, measuredInChild } from "./in-child.ts";
import { row, type Scenario } from "./stand.ts";

const rounds = 3;

export const large: Scenario = async () => {
	const pairs: { readonly small: Measured; readonly big: Measured }[] = [];
	for (let round = 0; round < rounds; round++)
		pairs.push({
			small: await measuredInChild({ count: 1_000, concurrency: 64 }),
			big: await measuredInChild({ count: 100_000, concurrency: 64 }),
		});
	const grown = pairs.map(({ small, big }) => big.peakMb - small.peakMb);
	const cpu = pairs.map(({ big }) => big.cpuMsPerRow);
	const rate = pairs.map(({ big }) => big.accepted / big.seconds);
	const list = (values: readonly number[], digits: number) => values.map((value) => value.toFixed(digits)).join(", ");
	const peaks = list(
		pairs.map(({ big }) => big.peakMb),
		0,
	);
	const measured = `+${list(grown, 0)} MB (to ${peaks}), ${list(cpu, 2)} ms CPU a row, ${list(rate, 0)} rows/s`;
	const isWhole = pairs.every(({ big }) => big.accepted === 100_000);
	return [
		row(
			`100,000 rows over 1,000 rows, 0 ms, 64 at once, ${rounds} times`,
			measured,
			"<= 100 MB, <= 1 ms",
			isWhole && Math.max(...grown) <= 100 && Math.max(...cpu) <= 1,
			"Curator: 1.2 to 1.4 ms; openai 7 alone: 0.73 ms; undici raw: 0.14 ms",
		),
	];
};

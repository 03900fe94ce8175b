/** The filters of datatrove that our checks correspond to, run by datatrove itself on the same texts, one process. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "../main.ts";

const script = fileURLToPath(new URL("datatrove-rate.py", import.meta.url));
const model = fileURLToPath(new URL("../../../media/language-id/lid.176.ftz", import.meta.url));

/** What to do where it is not installed; it is no part of the product, nor of its tests. */
const howTo = "python3 -m venv .bench && .bench/bin/pip install 'datatrove[processing,multilingual]'";

/** `rate` is ours, in samples a second of CPU time on one thread. */
export function compareWithDatatrove(path: string, rate: number): BenchRow[] {
	const python = process.env.POLYGLOT_BENCH_PYTHON ?? "python3";
	const { status, stdout, stderr } = spawnSync(python, [script, path, model], { encoding: "utf8" });
	if (status !== 0) {
		const reason = /No module named/.test(stderr)
			? `not installed: ${howTo}; POLYGLOT_BENCH_PYTHON=…`
			: stderr.slice(-200);
		return [{ what: "datatrove", measured: reason, target: "", ok: null }];
	}
	const { version, rates, filters } = JSON.parse(stdout) as { version: string; rates: Rates; filters: string[] };
	const ratio = rate / rates.all;
	const each = Object.entries(rates)
		.filter(([name]) => name !== "all")
		.map(([name, one]) => `${name} ${Math.round(one)}`);
	return [
		{
			what: `datatrove ${version}, one process: ${filters.join(", ")}`,
			measured: `${Math.round(rates.all)} a second (${each.join(", ")})`,
			target: "",
			ok: null,
		},
		{
			what: "ours, all checks, against these filters of datatrove",
			measured: `${ratio.toFixed(1)} times its rate`,
			target: "≥ 3",
			ok: ratio >= 3,
		},
	];
}

type Rates = Readonly<Record<string, number>> & { readonly all: number };

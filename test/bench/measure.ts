/** Measuring a dataset: the closed form against all pairs in numpy, whole files offline, and measuring again after an edit. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../server/core/generate/seeded-random.ts";
import { DiversitySum } from "../../server/core/measure/diversity-sum.ts";
import { Jackknife } from "../../server/core/measure/jackknife.ts";
import { zScore } from "../../server/core/score/z-score.ts";
import { loadPublished } from "../../server/node/score-files.ts";
import type { Bench, BenchRow } from "./main.ts";
import { measuredAgain } from "./measure-again.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export async function run(): Promise<Bench> {
	const folder = await mkdtemp(join(tmpdir(), "bench-measure-"));
	try {
		const rows = [
			...(await closedForm(folder)),
			...(await measuredAgain(folder)),
			...wholeFile(folder),
			...(await publishedZ()),
		];
		return { name: "measure: diversity in closed form, whole files offline, again after an edit", rows };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const vectors = 10_500;
const dimensions = 4_096;

/** Random directions around a common one, so that distinct_ri is far from both its ends. */
function randomVectors(): Float32Array {
	const random = seededRandom("bench measure");
	const values = new Float32Array(vectors * dimensions);
	for (let at = 0; at < values.length; at += 1) values[at] = random() - 0.15;
	return values;
}

async function closedForm(folder: string): Promise<BenchRow[]> {
	const values = randomVectors();
	const rowOf = (at: number) => values.subarray(at * dimensions, (at + 1) * dimensions);
	const once = () => {
		const start = performance.now();
		const sum = new DiversitySum(dimensions);
		for (let at = 0; at < vectors; at += 1) sum.add(rowOf(at));
		return { seconds: (performance.now() - start) / 1000, sum };
	};
	once();
	const { seconds, sum } = [once(), once(), once()].reduce((best, one) => (one.seconds < best.seconds ? one : best));
	const value = sum.distinctRi() ?? Number.NaN;
	const start = performance.now();
	const jackknife = new Jackknife();
	for (let at = 0; at < vectors; at += 1) jackknife.add(sum.alignment(rowOf(at)) ?? Number.NaN);
	const error = `${((performance.now() - start) / 1000).toFixed(3)} s`;
	const held = sum.shared().sum.byteLength;
	const size = `${vectors.toLocaleString("en")} × ${dimensions.toLocaleString("en")} float32`;
	return [
		{ what: `distinct_ri of ${size}, ours`, measured: `${seconds.toFixed(3)} s, ${value}`, target: "", ok: null },
		{
			what: "memory beside the vectors, as held",
			measured: `${held / 1024} KiB`,
			target: "O(d)",
			ok: held <= 16 * dimensions,
		},
		{ what: "its standard error, one more pass", measured: error, target: "", ok: null },
		...(await beside(folder, values, seconds, value)),
	];
}

/** All pairs by numpy, in the authors' precision for the time and in float64 for the value. */
const allPairs = `
import json, sys, time
import numpy as np
x = np.fromfile(sys.argv[1], dtype=np.float32).reshape(int(sys.argv[2]), int(sys.argv[3]))
n = len(x)
def distinct(x):
    u = x / np.linalg.norm(x, axis=1, keepdims=True)
    s = u @ u.T
    return float(1 - (s.sum(dtype=np.float64) - np.trace(s, dtype=np.float64)) / (n * (n - 1)))
t = time.perf_counter(); single = distinct(x); seconds = time.perf_counter() - t
t = time.perf_counter(); double = distinct(x.astype(np.float64)); seconds64 = time.perf_counter() - t
print(json.dumps({"version": np.__version__, "seconds": seconds, "value": single, "seconds64": seconds64, "value64": double}))
`;

async function beside(folder: string, values: Float32Array, seconds: number, value: number): Promise<BenchRow[]> {
	const python = join(root, ".venv", "bin", "python");
	const hasNumpy = existsSync(python) && canImport(python);
	if (!hasNumpy)
		return [{ what: "all pairs in numpy", measured: "not run: no numpy in .venv/", target: "≥ 20 × faster", ok: null }];
	const file = join(folder, "vectors.f32");
	await writeFile(file, values);
	const said = execFileSync(python, ["-c", allPairs, file, String(vectors), String(dimensions)], { encoding: "utf8" });
	const numpy: { version: string; seconds: number; value: number; seconds64: number; value64: number } =
		JSON.parse(said);
	await rm(file);
	const times = numpy.seconds / seconds;
	const off = Math.abs(value / numpy.value64 - 1);
	return [
		{
			what: `all pairs, numpy ${numpy.version} with BLAS, float32`,
			measured: `${numpy.seconds.toFixed(2)} s: ours is ${times.toFixed(1)} × faster`,
			target: "≥ 20 × faster",
			ok: times >= 20,
		},
		{
			what: "all pairs, numpy with BLAS, float64",
			measured: `${numpy.seconds64.toFixed(2)} s: ours is off by ${off.toExponential(1)} relative`,
			target: "≤ 1e-9",
			ok: off <= 1e-9,
		},
	];
}

function canImport(python: string): boolean {
	try {
		execFileSync(python, ["-c", "import numpy"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** In a process of its own, for its memory. */
function wholeFile(folder: string): BenchRow[] {
	const child = fileURLToPath(new URL("measure-file.ts", import.meta.url));
	const said = execFileSync(process.execPath, [child, folder], { encoding: "utf8", maxBuffer: 1 << 24 });
	const rows: BenchRow[] = JSON.parse(said);
	return rows;
}

async function publishedZ(): Promise<BenchRow[]> {
	const { intrinsic, scores, population } = await loadPublished(join(root, "media"));
	let worst = 0;
	let compared = 0;
	for (const row of intrinsic) {
		const score = scores.find((one) => one.teacher_model === row.teacher_model && one.target_lang === row.target_lang);
		const { z } = zScore(row, population);
		if (z === null || typeof score?.z_score !== "number") continue;
		compared += 1;
		worst = Math.max(worst, Math.abs(z - score.z_score));
	}
	const measured = `${compared} rows, off by ${worst.toExponential(1)} at most`;
	return [{ what: "z of the published rows", measured, target: "60 rows, 1e-5", ok: compared === 60 && worst <= 1e-5 }];
}

// Runs the Python tests, of the trainer and of the score's statistics, in virtual environments it makes when missing.
// Uses nothing but Node 20, python3 (3.11 or newer) with venv and pip, and the package index that pip is set up for.
//
//   node test/tools/python-tests.mjs [--no-torch | --statistics] [pytest arguments]
//
// Without `--no-torch` the worker's real libraries are installed as well (about 3 GB to download: on Linux x64 the index has
// torch only together with CUDA), so that the tests train tiny models, and beside them a real Ray, lighteval and
// bitsandbytes (400 MB more). With it those tests are skipped.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { extras } from "./python-extras.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const trainer = join(root, "server/trainer");
const oldest = [3, 11];

/** The interpreter of a ready environment. Throws an Error that names the failed step. */
function environment(name, extras) {
	const folder = join(root, ".venv", name);
	const python = join(folder, "bin/python");
	const stamp = join(folder, ".stamp");
	const hash = createHash("sha256")
		.update(readFileSync(join(trainer, "pyproject.toml")))
		.update(extras);
	const wanted = hash.digest("hex");
	if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(dirname(folder), { recursive: true });
	console.error(`Making the Python environment .venv/${name} (once) …`);
	run(findPython(), ["-m", "venv", folder]);
	run(python, ["-m", "pip", "install", "--quiet", "--progress-bar", "off", "--editable", `${trainer}[${extras}]`]);
	writeFileSync(stamp, wanted);
	return python;
}

/** The interpreter with scipy, scikit-learn and statsmodels, which the score's statistics are compared with. */
function statisticsEnvironment() {
	const folder = join(root, ".venv/score");
	const python = join(folder, "bin/python");
	const stamp = join(folder, ".stamp");
	const wanted = readFileSync(join(root, "test/fixtures/paper/requirements.txt"), "utf8");
	if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(dirname(folder), { recursive: true });
	console.error("Making the Python environment .venv/score (once) …");
	run(findPython(), ["-m", "venv", folder]);
	const requirements = join(root, "test/fixtures/paper/requirements.txt");
	run(python, ["-m", "pip", "install", "--quiet", "--progress-bar", "off", "--requirement", requirements]);
	writeFileSync(stamp, wanted);
	return python;
}

/** The first Python on the path that is new enough. */
function findPython() {
	for (const name of ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]) {
		const done = spawnSync(name, ["-c", "import sys, venv; print(*sys.version_info[:2])"], { encoding: "utf8" });
		const [major, minor] = (done.stdout ?? "").trim().split(" ").map(Number);
		if (done.status === 0 && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))) return name;
	}
	throw new Error(`The trainer's tests need Python ${oldest.join(".")} or newer with its venv module on the path.`);
}

/** Exit code of the score's statistics against scipy, scikit-learn and statsmodels, on data drawn anew each time. */
function statisticsTests(given) {
	const pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test/core/score/python", ...given];
	return spawnSync(statisticsEnvironment(), pytest, { cwd: root, stdio: ["ignore", 1, 2] }).status ?? 1;
}

/** Exit code of the trainer's tests. */
function trainerTests(withTorch, given) {
	const python = withTorch ? environment("worker", "train,test") : environment("service", "test");
	run(python, ["-m", "ruff", "check", "--quiet", trainer]);
	const more = withTorch ? extras({ folder: join(root, ".venv"), worker: python, makeVenv, run }) : {};
	const env = { ...process.env, ...more };
	return spawnSync(python, ["-m", "pytest", ...given], { cwd: trainer, stdio: ["ignore", 1, 2], env }).status ?? 1;
}

const makeVenv = (folder) => run(findPython(), ["-m", "venv", folder]);

function run(command, args, options = {}) {
	const done = spawnSync(command, args, { stdio: ["ignore", 2, 2], ...options });
	if (done.status !== 0) throw new Error(`\`${command} ${args.join(" ")}\` failed; see its message above.`);
}

try {
	const given = process.argv.slice(2);
	const rest = given.filter((argument) => argument !== "--no-torch" && argument !== "--statistics");
	if (given.includes("--statistics")) process.exitCode = statisticsTests(rest);
	else {
		const code = trainerTests(!given.includes("--no-torch"), rest);
		// With arguments of one's own pytest is asked about the trainer only.
		process.exitCode = rest.length > 0 ? code : code || statisticsTests([]);
	}
} catch (cause) {
	console.error(cause.message);
	process.exitCode = 1;
}

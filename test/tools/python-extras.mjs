// Optional backends of the trainer for its tests: a real Ray, lighteval, Unsloth and bitsandbytes, where the index offers them.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What the tests of optional backends need, each in an environment of its own, since their pins exclude each other; as
 * variables for the tests. `worker` is the interpreter with torch; `run` throws. One that cannot be installed is named with the reason, and its tests are skipped.
 */
export function extras({ folder: base, worker, makeVenv, run }) {
	const made = (name, packages, below) => environment({ folder: join(base, name), makeVenv, run }, packages, below);
	const variables = {};
	const attempt = (what, set) => {
		try {
			set();
		} catch (cause) {
			console.error(`${what} cannot be tested here: ${cause.message}`);
		}
	};
	attempt("Ray", () => {
		variables.POLYGLOT_RAY = join(dirname(made("ray", ["ray[default]>=2.54,<3"])), "ray");
	});
	attempt("lighteval", () => {
		// On top of the worker's packages: torch alone would be another 3 GB.
		variables.POLYGLOT_LIGHTEVAL_PYTHON = made(
			"lighteval",
			["lighteval==0.13.0", "xxhash>=3,<4"],
			sitePackages(worker),
		);
	});
	attempt("Unsloth", () => {
		// Its own pin of trl beside the worker's other packages, all of which it takes as they are.
		const packages = [
			"--no-deps",
			"unsloth>=2026.10,<2027",
			"unsloth_zoo>=2026.10,<2027",
			"trl>=1.10,<=1.15",
			"requests",
		];
		variables.POLYGLOT_UNSLOTH_PYTHON = made(
			"unsloth",
			[...packages, "urllib3", "charset-normalizer", "certifi", "idna"],
			sitePackages(worker),
		);
	});
	attempt("bitsandbytes", () => {
		const folder = join(base, "qlora");
		if (!existsSync(join(folder, "bitsandbytes"))) {
			run(worker, ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, "bitsandbytes>=0.48,<1"]);
		}
		variables.PYTHONPATH = folder;
	});
	return variables;
}

function environment({ folder, makeVenv, run }, packages, below) {
	const python = join(folder, "bin/python");
	if (existsSync(join(folder, ".stamp"))) return python;
	rmSync(folder, { recursive: true, force: true });
	console.error(`Making the Python environment ${folder} (once) …`);
	makeVenv(folder);
	if (below) writeFileSync(join(sitePackages(python), "worker.pth"), `${below}\n`);
	run(python, ["-m", "pip", "install", "--quiet", "--progress-bar", "off", ...packages]);
	writeFileSync(join(folder, ".stamp"), packages.join("\n"));
	return python;
}

function sitePackages(python) {
	const asked = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
	return spawnSync(python, asked, { encoding: "utf8" }).stdout.trim();
}

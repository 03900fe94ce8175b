// `npm test`: every check there is, in order of cost, ending with one plain line of counts.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodePath, root } from "./setup.mjs";

const results = join(root, "test-results");
const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** Runs a program of the project; resolves with its exit code. */
function run(args, env = {}) {
	const child = spawn(nodePath(), args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
	return new Promise((done) => child.once("exit", (code, signal) => done(code ?? (signal ? 1 : 0))));
}

function add(name, passed, failed, skipped = 0) {
	counts.passed += passed;
	counts.failed += failed;
	counts.skipped += skipped;
	if (failed > 0) failures.push(`${name}: ${failed} failed`);
}

/** A check that either holds or does not. */
async function single(name, args) {
	console.log(`\n== ${name}`);
	const code = await run(args);
	add(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1);
}

/** Tests of node:test; a run that reports no test has failed. */
async function nodeTests(name, patterns, options = []) {
	console.log(`\n== ${name}`);
	const file = join(results, `${name.replaceAll(/\W+/g, "-")}.json`);
	const reporters = [
		...["--test-reporter=spec", "--test-reporter-destination=stdout"],
		...[`--test-reporter=${join(root, "test/tools/count-reporter.mjs")}`, `--test-reporter-destination=${file}`],
	];
	const code = await run(["--disable-warning=ExperimentalWarning", "--test", ...reporters, ...options, ...patterns]);
	addReported(name, file, code);
}

/** Counts that a runner left in a file; a missing file or a bad exit without a failure counts as one failure. */
function addReported(name, file, code) {
	const found = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
	const isSilent = found.failed === 0 && (code !== 0 || found.passed === 0);
	add(name, found.passed, isSilent ? 1 : found.failed, found.skipped);
}

/** The counts of a JUnit file; none where there is no file. */
function junitCounts(path) {
	const head = existsSync(path) ? (/<testsuite [^>]*>/.exec(readFileSync(path, "utf8"))?.[0] ?? "") : "";
	const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
	const [failed, skipped] = [number("failures") + number("errors"), number("skipped")];
	return { passed: number("tests") - failed - skipped, failed, skipped };
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

await single("types", ["node_modules/typescript/bin/tsc", "--noEmit"]);
await single("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]);
// First, since the conformance suite among the unit tests runs the trainer out of the environment made here.
console.log("\n== trainer (Python)");
const junit = join(results, "python.xml");
// The worker's own tests need torch, 3 GB from the index: `node test/tools/python-tests.mjs` runs them as well.
console.log(
	"Without torch: the tests that train tiny models are skipped here; node test/tools/python-tests.mjs runs them.",
);
const code = await run(["test/tools/python-tests.mjs", "--no-torch", "-q", `--junitxml=${junit}`]);
writeFileSync(join(results, "python.json"), JSON.stringify(junitCounts(junit)));
addReported("trainer", join(results, "python.json"), code);
console.log("\n== statistics of the score (Python: scipy, scikit-learn, statsmodels)");
const statistics = join(results, "statistics.xml");
const statisticsCode = await run(["test/tools/python-tests.mjs", "--statistics", `--junitxml=${statistics}`]);
writeFileSync(join(results, "statistics.json"), JSON.stringify(junitCounts(statistics)));
addReported("statistics", join(results, "statistics.json"), statisticsCode);

await nodeTests(
	"unit",
	["test/*.test.ts", "test/{core,node,practice,cli,language,conformance,webview}/**/*.test.ts"],
	["--test-timeout=120000", "--test-concurrency=2"],
);
await single("package", ["test/tools/package.mjs"]);
console.log("\n== in the extension host");
addReported("in the extension host", join(results, "in-host.json"), await run(["test/host/run-in-host.mjs"]));
await nodeTests("in the browser", ["test/browser/*.test.mjs"], ["--test-concurrency=1", "--test-timeout=180000"]);
for (const failure of failures) console.log(failure);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed === 0 ? 0 : 1;

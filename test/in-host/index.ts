/** Runs inside the extension host: mocha over the suites, counts into a file. A rejection is the exit code 1. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { suites } from "./suites.ts";

export async function run(): Promise<void> {
	const mocha = new Mocha({ ui: "bdd", timeout: 60_000 });
	mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, "", mocha);
	for (const declare of suites) declare();
	const counts = { passed: 0, failed: 0, skipped: 0 };
	const failures = await new Promise<number>((resolve) => {
		const runner = mocha.run(resolve);
		runner.on("pass", (test) => {
			counts.passed += 1;
			console.log(`ok - ${test.fullTitle()} (${test.duration} ms)`);
		});
		runner.on("fail", (test, error) => {
			counts.failed += 1;
			console.log(`not ok - ${test.fullTitle()}\n${error?.stack ?? error}`);
		});
	});
	if (process.env.POLYGLOT_TEST_COUNTS) writeFileSync(process.env.POLYGLOT_TEST_COUNTS, JSON.stringify(counts));
	if (failures > 0) throw new Error(`${failures} tests failed`);
}

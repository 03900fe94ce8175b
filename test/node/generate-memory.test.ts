import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { engineFlags } from "../bench/generate/in-child.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the bench measures memory with the flags the command is started with, and Node knows them", () => {
	assert.ok(text("server/launch.mjs").includes(engineFlags.map((flag) => JSON.stringify(flag)).join(", ")));
	assert.ok(text("extension/engine.ts").includes(engineFlags[1] ?? "?"));
	assert.equal(execFileSync(process.execPath, [...engineFlags, "-p", "1"], { encoding: "utf8" }).trim(), "1");
});

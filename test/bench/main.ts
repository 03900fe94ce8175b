/** `npm run bench [name…]`: measures, and sets what was measured against its target. A missed target is marked, not a failure. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A row of a table. `ok` says whether the target was met; null where there is none. */
export type BenchRow = Readonly<Record<string, string | number | boolean | null>>;

/** What `run()` of every other file in this folder resolves to. */
export interface Bench {
	readonly name: string;
	readonly rows: readonly BenchRow[];
}

const folder = fileURLToPath(new URL("./", import.meta.url));
const found = globSync("*.ts", { cwd: folder })
	.map((file) => basename(file, ".ts"))
	.filter((name) => name !== "main")
	.sort();

/** Each bench in a process of its own, so that none is measured with another's garbage. Returns the exit code. */
async function main(names: readonly string[]): Promise<number> {
	const unknown = names.filter((name) => !found.includes(name));
	if (unknown.length > 0) {
		console.error(`bench: there is no ${unknown.join(", ")}. There are: ${found.join(", ")}.`);
		return 2;
	}
	const [only] = names;
	if (only !== undefined && names.length === 1) return measure(only);
	const codes = (names.length > 0 ? names : found).map((name) => spawned(name));
	return codes.some((code) => code !== 0) ? 1 : 0;
}

function spawned(name: string): number {
	const self = fileURLToPath(import.meta.url);
	return spawnSync(process.execPath, [...process.execArgv, self, name], { stdio: "inherit" }).status ?? 1;
}

async function measure(name: string): Promise<number> {
	const module: unknown = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
	// A file beside the benches that measures nothing itself.
	if (!hasRun(module)) return 0;
	const bench = await module.run();
	console.log(`\n${bench.name}\n${machine()}\n\n${table(bench.rows)}`);
	return 0;
}

function hasRun(module: unknown): module is { run: () => Promise<Bench> } {
	return typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";
}

/** The load belongs to it: on a machine that others use, timings say little without. */
function machine(): string {
	const model = cpus()[0]?.model.trim() ?? "unknown processor";
	const memory = Math.round(totalmem() / 2 ** 30);
	const load = (loadavg()[0] ?? 0).toFixed(1);
	const system = `Node ${process.version}, ${process.platform}, load of the last minute ${load}`;
	return `${availableParallelism()} cores (${model}), ${memory} GiB memory, ${system}`;
}

/** Columns in the order in which the rows name them, as wide as their widest cell. */
function table(rows: readonly BenchRow[]): string {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
	const widths = columns.map((_, at) => Math.max(...cells.map((line) => width(line[at] ?? ""))));
	const lines = cells.map((line) =>
		line
			.map((text, at) => padded(text, widths[at] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	const rule = widths.map((count) => "-".repeat(count)).join("  ");
	return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function cell(value: BenchRow[string] | undefined): string {
	if (value === true) return "ok";
	if (value === false) return "MISSED";
	return value === null || value === undefined ? "" : String(value);
}

/** Terminal columns: East Asian wide characters take two. */
function width(text: string): number {
	return [...text].reduce(
		(sum, char) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]/u.test(char) ? 2 : 1),
		0,
	);
}

const padded = (text: string, columns: number) => text + " ".repeat(Math.max(0, columns - width(text)));

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

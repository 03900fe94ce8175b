/** What survives kills, damaged files, changes and broken answers. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runFolder } from "../../../server/node/generate-folder.ts";
import { type GenerateOptions, resumeGenerateRun } from "../../../server/node/generate-run.ts";
import type { TeacherKnobs } from "../../../server/practice/teachers-knobs.ts";
import { killAndResume } from "../../node/generate-kill.ts";
import { asStranger, finishedRun, journalOf, practiceSeeds } from "../../node/generate-rig.ts";
import type { BenchRow } from "../main.ts";
import { row, type Scenario, standing, widened } from "./stand.ts";

export const killed: Scenario = () =>
	standing({ latencyMs: 15 }, async ({ server, options }) => {
		const { lost, repeated, rows, resent, mostInFlight } = await killAndResume(options.folder, server, {
			count: 2_500,
			kills: 50,
		});
		const measured = `${lost} lost, ${repeated} repeated, ${rows} rows, ${resent} sent again of ${mostInFlight} in flight`;
		const ok = lost === 0 && repeated === 0 && rows === 2_500 && resent <= mostInFlight;
		return [
			row(
				"kill -9 at 50 random moments, 2,500 rows",
				measured,
				"0 lost; sent again <= in flight",
				ok,
				"Curator: 52 served answers not on disk at 50 in flight, one kill",
			),
		];
	});

export const tornLine: Scenario = () =>
	standing({}, async ({ server, options }) => {
		const { runId } = await finishedRun({ ...options, count: 200 });
		const path = join(runFolder(options.folder, runId), "journal.jsonl");
		const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
		await writeFile(
			path,
			[...lines.slice(0, 50), "{garbage", ...lines.slice(51, -1), lines.at(-1)?.slice(0, 60)].join("\n"),
		);
		// While the rows still stand in the output nothing would have to run again.
		await rm(options.output);
		const before = server.stats().attempts;
		await (await resumeGenerateRun(runId, options)).ended;
		const again = server.stats().attempts - before;
		return [
			row(
				"one garbage and one torn journal line of 200, output deleted",
				`${again} requests ran again`,
				"2",
				again === 2,
				"Curator holds; Data Agora starts afresh",
			),
		];
	});

export const changed: Scenario = () =>
	standing({}, async ({ server, options }) => {
		const seeds = join(options.folder, "seeds.jsonl");
		await writeFile(seeds, await readFile(practiceSeeds("en")));
		let turn = 0;
		const sent = async (change: Partial<GenerateOptions>) => {
			const before = server.stats().attempts;
			await finishedRun({
				...options,
				count: 100,
				seedFiles: [seeds],
				reuse: true,
				output: join(options.folder, `${turn++}.jsonl`),
				...change,
			});
			return server.stats().attempts - before;
		};
		await sent({});
		const prompt = await sent({ templates: { system: { "*": "Write {language} plainly." } } });
		const address = await sent({ teachers: options.teachers.map(asStranger) });
		await rename(seeds, `${seeds}.renamed`);
		const renamed = await sent({ seedFiles: [`${seeds}.renamed`] });
		const measured = `${prompt}, ${address}, ${renamed} of 100 sent again`;
		return [
			row(
				"changed system prompt, base URL, renamed seed file",
				measured,
				"100, 100 (unless told to reuse), 0",
				prompt === 100 && address === 100 && renamed === 0,
				"Curator fails all three",
			),
		];
	});

export const faults: Scenario = async () => {
	const cases: [string, TeacherKnobs][] = [
		["stalled body", { stall: 0.05 }],
		["200 with an error inside", { okWithError: 0.2 }],
		["20 % malformed JSON", { brokenJson: 0.2 }],
		["blank loop", { blankLoop: 0.2 }],
		[
			"all of them, resets and refusals",
			{
				stall: 0.02,
				okWithError: 0.1,
				brokenJson: 0.1,
				blankLoop: 0.1,
				reset: 0.05,
				error500: 0.05,
				refusal: 0.05,
				brokenBody: 0.05,
			},
		],
	];
	const rows: BenchRow[] = [];
	for (const [name, knobs] of cases) {
		rows.push(
			await standing(knobs, async ({ server, options }) => {
				const end = await finishedRun({ ...widened(options, 32, 300), timeoutMs: 500 });
				const journal = await journalOf(options.folder, end.runId);
				const outcomes = [...new Set(journal.map(({ outcome }) => outcome))].sort().join(" ");
				const isWhole = journal.length === server.stats().attempts && end.state === "done" && end.accepted === 300;
				return row(
					name,
					`${end.state}, ${end.accepted} of 300, ${journal.length} of ${server.stats().attempts} attempts classified: ${outcomes}`,
					"ends, every row classified",
					isWhole,
					name === "stalled body" ? "openai 6 hangs" : "",
				);
			}),
		);
	}
	return rows;
};

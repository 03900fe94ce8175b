/** How long the score panel takes to draw again: 60 rows within a frame, 5,000 points within a tenth of a second. */
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import type { Bench, BenchRow } from "./main.ts";

/** What is used of `test/browser/score-page.mjs`, which has no types of its own. */
interface ScorePages {
	scoreMessage(): Promise<ScorePanelMessage>;
	startScorePages(): Promise<{
		open(message: ScorePanelMessage): Promise<{ page: Page }>;
		close(): Promise<void>;
	}>;
}

interface Page {
	evaluate<T>(draw: (given: T) => Promise<number[]>, given: T): Promise<number[]>;
	getByRole(role: string, by: { name: string }): { click(): Promise<void> };
	close(): Promise<void>;
}

const rounds = 31;

export async function run(): Promise<Bench> {
	const pages: ScorePages = await import(new URL("../browser/score-page.mjs", import.meta.url).href);
	const message = await pages.scoreMessage();
	const browser = await pages.startScorePages();
	try {
		const { page } = await browser.open(message);
		const cells = message.cells.filter(({ studentBase }) => studentBase === "olmo3-7b");
		const sixty = await times(page, { ...message, cells });
		await page.getByRole("tab", { name: "Data" }).click();
		const points = await times(page, withPoints(message, 5000));
		await page.close();
		return {
			name: "score panel: redraw of a whole panel, script and layout, in Chromium",
			rows: [rowOf(`Score, ${cells.length} rows`, sixty, 16), rowOf("Data, 5,000 points", points, 100)],
		};
	} finally {
		await browser.close();
	}
}

/** Milliseconds of each redraw, the browser's layout after it included. */
function times(page: Page, message: ScorePanelMessage): Promise<number[]> {
	return page.evaluate(
		async ({ shown, count }) => {
			const { show } = window as unknown as { show: (message: unknown) => void };
			const taken: number[] = [];
			for (let round = 0; round < count; round += 1) {
				const start = performance.now();
				show(shown);
				document.body.getBoundingClientRect();
				taken.push(performance.now() - start);
				await new Promise((resolve) => setTimeout(resolve, 0));
			}
			return taken;
		},
		{ shown: message, count: rounds },
	);
}

function withPoints(message: ScorePanelMessage, count: number): ScorePanelMessage {
	const [first, ...others] = message.analyses.data.predictions;
	if (!first) throw new Error("The published files give no prediction to draw.");
	const points = Array.from({ length: count }, (_, n) => {
		const point = first.points[n % first.points.length];
		if (!point) throw new Error("A prediction has no points.");
		return { ...point, actual: Math.sin(n), predicted: Math.cos(n / 7) };
	});
	const predictions = [{ ...first, points }, ...others];
	return { ...message, analyses: { ...message.analyses, data: { ...message.analyses.data, predictions } } };
}

function rowOf(what: string, taken: readonly number[], target: number): BenchRow {
	const sorted = taken.toSorted((a, b) => a - b);
	const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
	return {
		what,
		"median ms": at(0.5).toFixed(1),
		"90 % ms": at(0.9).toFixed(1),
		"fastest ms": at(0).toFixed(1),
		rounds: taken.length,
		"target ms": target,
		ok: at(0.5) < target,
	};
}

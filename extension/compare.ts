/** *Compare Teachers…*: the same seeds to several teachers, then a panel with their answers side by side. */
import * as vscode from "vscode";
import * as z from "zod/mini";
import { type ComparisonPlan, notifications, requests, type TeacherSummary } from "../server/core/engine-api.ts";
import { CompareRequest } from "../server/core/generate/compare-message.ts";
import { languages } from "../server/core/languages.ts";
import type { Project } from "../server/core/project.ts";
import type { Strategy } from "../server/core/sample-row.ts";
import type { App } from "./app.ts";
import { inviteTeachers } from "./generate.ts";
import { hostPanel } from "./panel-host.ts";
import { readProjectFile } from "./project-edit.ts";
import { chooseTeachers } from "./teachers.ts";
import { ask, jsonlChoices, pick, requireTrust, workspaceFolder } from "./workspace.ts";

const viewType = "polyglot.compare";
const mostSeeds = 100;

/** What another panel may hand over: rows to use as seeds, and the language they are in. */
const CompareWish = z.object({
	lines: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(mostSeeds))),
	language: z.optional(z.string()),
});
type CompareWish = z.infer<typeof CompareWish>;

const explained: readonly { label: Strategy; detail: string }[] = [
	{ label: "respond", detail: "each teacher answers the seeds' prompts as they stand" },
	{ label: "translate", detail: "each teacher puts the prompts into the language, and answers there" },
	{ label: "generate", detail: "each teacher writes a new prompt and answer after the same three examples" },
];

export async function compareTeachers(app: App, argument: unknown): Promise<void> {
	const folder = workspaceFolder();
	requireTrust();
	const given = CompareWish.safeParse(argument);
	const wish = given.success ? given.data : {};
	const project = await readProjectFile(folder);
	const teachers = await chooseTeachers(app, "Compare teachers (1/4): teachers");
	const language = wish.language ?? (await chooseLanguage(project));
	const strategy = (await pick(explained, "Compare teachers (3/4): strategy")).label;
	const seeds = await chooseSeeds(app, wish, language, strategy);
	const budget = budgetFor(project, await app.engine.request(requests.teachers, {}), teachers);
	app.engine.models.invite(teachers);
	const title = "Polyglot: starting the comparison, asking each endpoint what it keeps to";
	const { runId } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
		app.engine.request(requests.startComparison, {
			teachers,
			language,
			strategy,
			seeds,
			...(budget ? { budget } : {}),
		}),
	);
	show(app, runId);
}

/** Brings an earlier comparison back; everything it shows is in its run's folder. */
export async function openComparison(app: App, argument: unknown): Promise<void> {
	const named = z.object({ runId: z.string() }).safeParse(argument);
	if (named.success) return show(app, named.data.runId);
	workspaceFolder();
	const found = await app.engine.request(requests.comparisons, {});
	if (found.length === 0) throw new Error("No teachers were compared in this workspace yet. Compare some first.");
	const chosen = await pick(
		found.map(({ runId, title }) => ({ label: title, runId })),
		"Open comparison",
	);
	show(app, chosen.runId);
}

/** Brings the panels back after a reload of the window. */
export function restoreComparisons(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel, state) {
			const parsed = z.object({ runId: z.string() }).safeParse(state);
			if (parsed.success) fill(app, panel, parsed.data.runId);
			else panel.dispose();
		},
	});
}

async function chooseLanguage({ languages: own, generation }: Project): Promise<string> {
	const first = [...(generation?.languages ?? []), ...own];
	const rank = (code: string) => (first.includes(code) ? first.indexOf(code) : first.length);
	const choices = [...languages]
		.sort((a, b) => rank(a.code) - rank(b.code))
		.map(({ code, name }) => ({ label: name, description: code, code }));
	return (await pick(choices, "Compare teachers (2/4): language of the answers")).code;
}

async function chooseSeeds(
	app: App,
	{ lines }: CompareWish,
	language: string,
	strategy: Strategy,
): Promise<ComparisonPlan["seeds"]> {
	if (lines) return { lines };
	const selected = selectedLines();
	const pivot = strategy === "translate" ? (language === "en" ? "es" : "en") : language;
	const practice = {
		label: `Practice seeds (${pivot})`,
		description: "shipped with Polyglot Lens",
		path: app.context.asAbsolutePath(`media/practice/${pivot}.jsonl`),
	};
	const choices = [
		...(selected.length > 0
			? [{ label: `${selected.length} selected samples`, description: "in the editor", path: "" }]
			: []),
		...(await jsonlChoices()),
		practice,
	];
	const chosen = await pick(choices, "Compare teachers (4/4): seeds");
	if (chosen.path === "") return { lines: selected };
	return { path: chosen.path, count: await askCount() };
}

async function askCount(): Promise<number> {
	const answer = await ask({
		title: "Compare teachers (4/4): how many seeds, drawn from the file",
		value: "12",
		validateInput: (text) =>
			/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= mostSeeds
				? undefined
				: `A whole number from 1 to ${mostSeeds}.`,
	});
	return Number(answer);
}

/** The rows under the selections of a JSONL file in the editor; a mere cursor selects nothing. */
function selectedLines(): string[] {
	const editor = vscode.window.activeTextEditor;
	if (editor?.document.languageId !== "jsonl") return [];
	const numbers = editor.selections
		.filter(({ isEmpty }) => !isEmpty)
		.flatMap(({ start, end }) => Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index));
	return [...new Set(numbers)]
		.map((line) => editor.document.lineAt(line).text)
		.filter((text) => text.trim() !== "")
		.slice(0, mostSeeds);
}

/** The project's cap, where every teacher that costs something has a price in its currency. */
function budgetFor({ generation }: Project, known: readonly TeacherSummary[], chosen: readonly string[]) {
	const budget = generation?.budget;
	const asked = known.filter(({ name, isPractice }) => chosen.includes(name) && !isPractice);
	return asked.every(({ price }) => price?.currency === budget?.currency) ? budget : undefined;
}

const open = new Map<string, vscode.WebviewPanel>();

function show(app: App, runId: string): void {
	const known = open.get(runId);
	if (known) known.reveal();
	else fill(app, vscode.window.createWebviewPanel(viewType, "Compare Teachers", vscode.ViewColumn.Active), runId);
}

function fill(app: App, panel: vscode.WebviewPanel, runId: string): void {
	open.set(runId, panel);
	const watch = async () =>
		void panel.webview.postMessage(await app.engine.request(requests.watchComparison, { runId }));
	hostPanel(app, panel, { panel: "compare", runId }, (message) => answer(app, runId, message, watch));
	const listening = app.engine.on(notifications.comparisonView, (sent) => {
		if (sent.runId === runId) void panel.webview.postMessage(sent.message);
	});
	panel.onDidDispose(() => {
		listening.dispose();
		open.delete(runId);
		void app.engine.request(requests.unwatchComparison, { runId });
	});
}

async function answer(app: App, runId: string, message: unknown, watch: () => Promise<void>): Promise<unknown> {
	if (z.object({ type: z.literal("ready") }).safeParse(message).success) return watch();
	const asked = CompareRequest.parse(message);
	switch (asked.type) {
		case "decide":
			await vscode.commands.executeCommand("polyglot.review.decide", { key: asked.key, decision: asked.decision });
			return watch();
		case "useTeacher":
			return vscode.commands.executeCommand("polyglot.generate", { teachers: [asked.teacher] });
		case "resumeComparison":
			requireTrust();
			await inviteTeachers(app);
			await app.engine.request(requests.resumeGeneration, { runId });
			return watch();
		case "cancelComparison":
			return app.engine.request(requests.cancelGeneration, { runId });
		case "openSamples":
			return openSamples(runId);
	}
}

async function openSamples(runId: string): Promise<void> {
	const uri = vscode.Uri.joinPath(workspaceFolder(), ".polyglot/runs", runId, "samples.jsonl");
	const document = await vscode.workspace.openTextDocument(uri);
	await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}

/** The panel of *Generate Samples*: keeps what was typed, has the engine estimate it, and starts the run. */
import * as vscode from "vscode";
import { type GenerationPlan, requests } from "../server/core/engine-api.ts";
import {
	draftCells,
	draftCurrency,
	draftProblems,
	type GenerationDraft,
	practiceSeedLanguages,
	practiceSeeds,
	suggestedOutput,
} from "../server/core/generate/draft.ts";
import {
	type GenerateFormMessage,
	GenerateFormRequest,
	type GenerateOffer,
} from "../server/core/generate/form-message.ts";
import { languages } from "../server/core/languages.ts";
import type { App } from "./app.ts";
import { followGeneration } from "./follow-generation.ts";
import { firstDraft, type GenerationWish, generationOffer } from "./generation-offer.ts";
import { hostPanel, type PanelHost } from "./panel-host.ts";
import { editProject } from "./project-edit.ts";
import { requireTrust, workspaceFolder } from "./workspace.ts";

const viewType = "polyglot.generate";
const slot = "generationDraft";

/** One form a window: a second would ask for the same. */
let open: GenerateForm | undefined;

export async function openGenerateForm(app: App, wish: GenerationWish): Promise<void> {
	workspaceFolder();
	requireTrust();
	if (open) return open.reveal(wish);
	const panel = vscode.window.createWebviewPanel(viewType, "Generate Samples", vscode.ViewColumn.Active);
	open = new GenerateForm(app, panel, wish);
}

export function restoreGenerateForm(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel) {
			open = new GenerateForm(app, panel, {});
		},
	});
}

class GenerateForm {
	readonly #app: App;
	readonly #host: PanelHost;
	#wish: GenerationWish;
	/** Only the newest question is answered. */
	#asked = 0;

	constructor(app: App, panel: vscode.WebviewPanel, wish: GenerationWish) {
		this.#app = app;
		this.#wish = wish;
		this.#host = hostPanel(app, panel, { panel: "generate" }, (message) => this.#answer(message));
		const teachersChanged = app.teachers.onDidChangeTreeData(() => void this.#offerAgain());
		panel.onDidDispose(() => {
			teachersChanged.dispose();
			open = undefined;
		});
	}

	async reveal(wish: GenerationWish): Promise<void> {
		this.#wish = wish;
		this.#host.panel.reveal();
		if (Object.keys(wish).length > 0) await this.#fill();
	}

	#post(message: GenerateFormMessage): void {
		this.#host.post(message);
	}

	async #answer(message: unknown): Promise<void> {
		// The page is ready to be filled.
		if (typeof message === "object" && message !== null && "type" in message && message.type === "ready")
			return this.#fill();
		const asked = GenerateFormRequest.parse(message);
		switch (asked.type) {
			case "draft":
				await this.#app.context.workspaceState.update(slot, asked.draft);
				return this.#estimate(asked.draft);
			case "start":
				return this.#start(asked.draft);
			case "keep":
				return keepInProject(asked.draft, await this.#offer());
			case "addTeacher":
				return vscode.commands.executeCommand("polyglot.addTeacher");
		}
	}

	#offer(): Promise<GenerateOffer> {
		return generationOffer(this.#app, workspaceFolder());
	}

	async #fill(): Promise<void> {
		const offer = await this.#offer();
		const left = this.#app.context.workspaceState.get<unknown>(slot);
		const draft = await firstDraft(workspaceFolder(), offer, left, this.#wish);
		this.#post({ type: "form", offer, draft });
		await this.#estimate(draft);
	}

	async #offerAgain(): Promise<void> {
		this.#post({ type: "offer", offer: await this.#offer() });
	}

	async #estimate(draft: GenerationDraft): Promise<void> {
		const question = ++this.#asked;
		const offer = await this.#offer();
		if (draftProblems(draft, offer.teachers).length > 0)
			return this.#post({ type: "estimate", estimate: null, problem: null });
		const answer = await this.#app.engine.request(requests.estimateGeneration, this.#plan(draft, offer)).then(
			(estimate) => ({ estimate, problem: null }),
			(cause: unknown) => ({ estimate: null, problem: messageOf(cause) }),
		);
		if (question === this.#asked) this.#post({ type: "estimate", ...answer });
	}

	/** The form ends where the monitor begins. A start that failed leaves the form as it was, with the reason. */
	async #start(draft: GenerationDraft): Promise<void> {
		requireTrust();
		const offer = await this.#offer();
		const [problem] = draftProblems(draft, offer.teachers);
		if (problem) return this.#post({ type: "starting", isStarting: false, problem: problem.message });
		const plan = this.#plan(draft, offer);
		this.#app.engine.models.invite(draft.teachers);
		this.#post({ type: "starting", isStarting: true, problem: null });
		try {
			const title = "Polyglot: starting, asking each endpoint what it keeps to";
			const { runId } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
				this.#app.engine.request(requests.startGeneration, plan),
			);
			followGeneration(this.#app, runId, vscode.Uri.file(plan.output));
			await vscode.commands.executeCommand("polyglot.openMonitor", { runId });
			this.#host.panel.dispose();
		} catch (cause) {
			this.#post({ type: "starting", isStarting: false, problem: messageOf(cause) });
		}
	}

	#plan(draft: GenerationDraft, offer: GenerateOffer): GenerationPlan {
		const cells = draftCells(draft);
		const shipped = languages.map(({ code }) => code);
		const seeds = draft.seeds.flatMap((path) =>
			path === practiceSeeds
				? practiceSeedLanguages(cells, shipped).map((code) =>
						this.#app.context.asAbsolutePath(`media/practice/${code}.jsonl`),
					)
				: [path],
		);
		const currency = draftCurrency(draft, offer.teachers);
		const output = draft.output?.trim() ?? suggestedOutput(draft, offer.existing);
		const { acceptByChecks, reuse, probe } = draft;
		return {
			cells,
			seeds,
			output: vscode.Uri.joinPath(workspaceFolder(), output).fsPath,
			seed: 0,
			...(draft.budget.trim() === "" || currency === null
				? {}
				: { budget: { amount: Number(draft.budget), currency } }),
			acceptByChecks,
			reuse,
			probe,
		};
	}
}

/** Writes the grid into `polyglot.json`; counts of single cells have no place there. */
async function keepInProject(draft: GenerationDraft, offer: GenerateOffer): Promise<void> {
	const folder = workspaceFolder();
	const currency = draftCurrency(draft, offer.teachers);
	const grid: Record<string, unknown> = {
		teachers: draft.teachers,
		languages: draft.languages,
		strategies: draft.strategies,
		count: Number(draft.each),
		accept: draft.acceptByChecks ? "checks" : "valid",
		...(draft.budget.trim() === "" || currency === null ? {} : { budget: { amount: Number(draft.budget), currency } }),
	};
	for (const [name, value] of Object.entries(grid)) await editProject(folder, ["generation", name], value);
	void vscode.window.showInformationMessage(
		"polyglot.json holds this grid now. Counts of single cells are not kept there.",
	);
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

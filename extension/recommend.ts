/** *Recommend a Teacher…*: which teachers to try for a language, on what evidence, as a panel that leads to generating. */
import { requests } from "../server/core/engine-api.ts";
import { languages } from "../server/core/languages.ts";
import { ScorePanelMessage } from "../server/core/score/panel-message.ts";
import type { App } from "./app.ts";
import { showAdvice } from "./panels.ts";
import { pick } from "./workspace.ts";

const budgets = [300, 1000, 3000, 10_000, 30_000];

export async function recommendTeacher(app: App): Promise<void> {
	const message = ScorePanelMessage.parse(await app.engine.request(requests.scores, {}));
	const language = await pick(
		languages.map(({ code, name }) => ({ label: name, description: code, code })),
		"Recommend a teacher (1/3): language of the samples",
	);
	const base = await pick(
		message.studentBases.map(({ name, label }) => ({ label, description: name, name })),
		"Recommend a teacher (2/3): student base",
	);
	const budget = await pick(
		budgets.map((samples) => ({ label: `${samples.toLocaleString("en")} samples`, samples })),
		"Recommend a teacher (3/3): samples to spend over all teachers",
	);
	await showAdvice(app, { language: language.code, studentBase: base.name, samples: budget.samples });
}

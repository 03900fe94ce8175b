/** *Connect Trainer…*, *Evaluate Student…*, *Cancel Run*, *Resume Run*, *Download Artifact*. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";
import { chooseRun } from "./choose-run.ts";
import { openRun } from "./panels.ts";
import { editProject, projectTrainer } from "./project-edit.ts";
import { storeSecret } from "./secrets.ts";
import { ask, requireTrust, workspaceFolder } from "./workspace.ts";

/** A ws:// address is of this machine alone, so on it there is no certificate to ask about. */
export async function connectTrainer(app: App): Promise<void> {
	const folder = workspaceFolder();
	requireTrust();
	const known = await projectTrainer(folder);
	const url = (
		await ask({
			title: "Connect trainer: address",
			value: known.url ?? "ws://127.0.0.1:8917",
			prompt: "On a shared machine, tunnel to it first: ssh -N -L 8917:127.0.0.1:8917 HOST. Empty: practice mode.",
			validateInput: addressFault,
		})
	).trim();
	if (url === "") {
		await editProject(folder, ["trainer"], undefined);
		return connected(app);
	}
	const pin = url.startsWith("wss:") ? await askPin(known.pin) : "";
	const token = await ask({
		title: "Connect trainer: token",
		password: true,
		prompt: "From `polyglot-trainer token add NAME`; kept in the editor's secret storage, never in a file.",
		validateInput: (text) =>
			/^plt_[\w-]{43}$/u.test(text.trim())
				? undefined
				: "47 characters that begin with plt_, as the trainer printed it.",
	});
	const trainer = { ...(known.caFile ? { caFile: known.caFile } : {}), ...(pin ? { pin } : {}) };
	await storeSecret(
		app.context.secrets,
		{ kind: "trainer", name: "trainer", origin: new URL(url).origin },
		token.trim(),
	);
	await editProject(folder, ["trainer"], { url, ...trainer });
	await connected(app);
}

function addressFault(text: string): string | undefined {
	const url = text.trim();
	if (url === "" || /^ws:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?(\/\S*)?$/u.test(url)) return undefined;
	if (/^wss:\/\/[^\s?#@]+$/u.test(url)) return undefined;
	if (url.startsWith("ws:")) {
		return "ws:// would send the token in the clear. Open a tunnel (ssh -N -L 8917:127.0.0.1:8917 HOST) and write ws://127.0.0.1:8917, or use wss://.";
	}
	return "A wss:// address, or ws:// on this machine (a tunnel).";
}

async function askPin(known: string | undefined): Promise<string> {
	const pin = await ask({
		title: "Connect trainer: fingerprint of its certificate",
		value: known ?? "",
		prompt:
			"SHA-256, from who runs it: openssl x509 -in cert.pem -noout -fingerprint -sha256. Empty where a known authority signed it.",
		validateInput: (text) =>
			text.trim() === "" || /^[0-9a-f]{64}$/u.test(plainPin(text))
				? undefined
				: "64 hex digits, colons between them or not.",
	});
	return plainPin(pin);
}

/** As openssl prints it, and as it is compared. */
const plainPin = (text: string) => text.replace(/^.*=/u, "").replaceAll(/[\s:]/gu, "").toLowerCase();

async function connected(app: App): Promise<void> {
	const { name, bases, isPractice } = await app.engine.request(requests.connectTrainer, {});
	const kind = isPractice ? "practice mode (a byte n-gram model on this machine)" : name;
	void vscode.window.showInformationMessage(`Connected to ${kind}, which trains ${bases.join(", ")}.`);
	app.runs.refresh();
}

export async function evaluateStudent(app: App, argument: unknown): Promise<void> {
	requireTrust();
	const run = await chooseRun(
		app,
		argument,
		"Evaluate student",
		({ kind, state }) => kind === "train" && state === "succeeded",
	);
	const { runId } = await app.engine.request(requests.evaluateStudent, { runId: run });
	app.runs.refresh();
	await openRun(app, { runId });
}

export async function cancelRun(app: App, argument: unknown): Promise<void> {
	const run = await chooseRun(app, argument, "Cancel run", ({ isFinal }) => !isFinal);
	await app.engine.request(requests.cancelRun, { runId: run });
	app.runs.refresh();
}

export async function resumeRun(app: App, argument: unknown): Promise<void> {
	requireTrust();
	const canGoOn = ({ kind, state }: { kind: string; state: string }) =>
		kind === "train" && ["failed", "cancelled", "interrupted", "lost"].includes(state);
	const run = await chooseRun(app, argument, "Resume run", canGoOn);
	const { runId } = await app.engine.request(requests.resumeRun, { runId: run });
	app.runs.refresh();
	await openRun(app, { runId });
}

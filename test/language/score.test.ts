/** The score panel's requests over stdio, as an editor asks them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { notifications, requests } from "../../server/core/engine-api.ts";
import { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { published } from "../core/score/published-files.ts";
import { keepMeasured } from "../node/measured-rows.ts";
import { startSession } from "./lsp-session.ts";

async function workspace(isTrusted: boolean) {
	const folder = await mkdtemp(join(tmpdir(), "score-lsp-"));
	await keepMeasured(folder, published.intrinsic.slice(0, 4));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted });
	const ask = (method: string, params: object = {}) => session.connection.sendRequest<unknown>(method, params);
	return { folder, session, ask };
}

test("scores, a dataset by its content, and a population that is frozen and told of", async () => {
	const { folder, session, ask } = await workspace(true);
	try {
		const told = new Promise<void>((resolve) => {
			session.connection.onNotification(notifications.scoresChanged.method, () => resolve());
		});
		const before = ScorePanelMessage.parse(await ask(requests.scores.method));
		assert.equal(before.cells.length, 150);
		const workspaceOf = ({ populations }: typeof before) => populations.find(({ kind }) => kind === "workspace");
		assert.deepEqual([workspaceOf(before)?.n, workspaceOf(before)?.isFrozen], [4, false]);
		const { n, name } = requests.freezePopulation.result.parse(await ask(requests.freezePopulation.method));
		assert.equal(n, 4);
		assert.match(name, /^this workspace, \d{4}-\d\d-\d\d$/);
		await told;
		await keepMeasured(folder, published.intrinsic.slice(4, 9));
		const after = ScorePanelMessage.parse(await ask(requests.scores.method));
		assert.deepEqual(workspaceOf(after), { kind: "workspace", name, n: 4, isFrozen: true });
		const text = '{"prompt":"a"}\n';
		await writeFile(join(folder, "trained.jsonl"), text);
		const sha256 = createHash("sha256").update(text).digest("hex");
		assert.deepEqual(await ask(requests.findDataset.method, { sha256 }), { path: join(folder, "trained.jsonl") });
		assert.deepEqual(await ask(requests.findDataset.method, { sha256: "0".repeat(64) }), { path: null });
		assert.equal(await session.end(), 0);
		assert.deepEqual(session.complaints, []);
	} finally {
		session.kill();
	}
});

test("an untrusted workspace shows its scores and freezes nothing", async () => {
	const { session, ask } = await workspace(false);
	try {
		assert.equal(ScorePanelMessage.parse(await ask(requests.scores.method)).populations.length, 3);
		await assert.rejects(ask(requests.freezePopulation.method), /not trusted/);
		assert.equal(await session.end(), 0);
	} finally {
		session.kill();
	}
});

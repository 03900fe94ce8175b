/** The score panel's requests: the published numbers beside the workspace's own, and what its clicks lead to. */
import { notifications, requests } from "../core/engine-api.ts";
import { findLanguage } from "../core/languages.ts";
import { emptyWorkspace, scoreTable } from "../core/score/score-table.ts";
import { findDataset } from "../node/find-dataset.ts";
import { loadPublished } from "../node/score-files.ts";
import { freezePopulation, loadWorkspace } from "../node/score-workspace.ts";
import type { Feature } from "./feature.ts";
import { notify, requireFolder, requireTrust, respond } from "./respond.ts";

export const scoreFeature: Feature = (server) => {
	const published = loadPublished(server.runtime.mediaFolder);
	// A failure is told when a panel asks, not when nobody listens.
	published.catch(() => {});
	respond(server, requests.scores, async () => {
		const folder = server.folder();
		const workspace = folder === undefined ? emptyWorkspace : await loadWorkspace(folder);
		return scoreTable(await published, workspace, (code) => findLanguage(code)?.name);
	});
	respond(server, requests.findDataset, async ({ sha256 }) => ({
		path: await findDataset(requireFolder(server), sha256),
	}));
	respond(server, requests.freezePopulation, async () => {
		requireTrust(server);
		const day = new Date(server.runtime.now()).toISOString().slice(0, 10);
		const { name, n } = await freezePopulation(requireFolder(server), day);
		notify(server, notifications.scoresChanged, {});
		return { name, n };
	});
};

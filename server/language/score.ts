/** The score panel's message: the published numbers beside the workspace's own. */
import { requests } from "../core/engine-api.ts";
import { findLanguage } from "../core/languages.ts";
import { scoreTable } from "../core/score/score-table.ts";
import { loadOwnScores, loadPublished } from "../node/score-files.ts";
import type { Feature } from "./feature.ts";
import { respond } from "./respond.ts";

export const scoreFeature: Feature = (server) => {
	const published = loadPublished(server.runtime.mediaFolder);
	// A failure is told when a panel asks, not when nobody listens.
	published.catch(() => {});
	respond(server, requests.scores, async () => {
		const folder = server.folder();
		const own = folder === undefined ? { rows: [], problems: [] } : await loadOwnScores(folder);
		return scoreTable(await published, own.rows, (code) => findLanguage(code)?.name, own.problems);
	});
};

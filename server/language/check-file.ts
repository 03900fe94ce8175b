/** Checks a file from disk, whatever its size, for editors that do not hand it over: the worst samples, and the counts. */
import { requests } from "../core/engine-api.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { UserError } from "../core/problem.ts";
import { reportOn } from "../node/file-report-thread.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import type { Feature } from "./feature.ts";
import { respond } from "./respond.ts";

export const checkFileFeature: Feature = (server) => {
	let detectors: Promise<Detectors> | undefined;
	respond(server, requests.checkFile, async ({ path }) => {
		const { mediaFolder, engineFile, log } = server.runtime;
		detectors ??= detectorsOrFranc(mediaFolder, log);
		const options = { project: server.project(), detectors: await detectors };
		try {
			return { report: await reportOn(path, options, { mediaFolder, engineFile }) };
		} catch (cause) {
			if (cause instanceof UserError) throw cause;
			const reason = cause instanceof Error ? cause.message : String(cause);
			throw new UserError("unreadable", `${path} can't be read: ${reason}`, { cause });
		}
	});
};

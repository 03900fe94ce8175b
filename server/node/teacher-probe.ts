/** Probes the endpoints of a run that nobody probed yet. */

import { type ProbeVerdict, probeEndpoint } from "../core/generate/probe.ts";
import type { Ask } from "../core/generate/probe-ask.ts";
import type { EndpointTeacher, Manifest } from "../core/generate/run-records.ts";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { TeacherEndpoint } from "./teacher-endpoint.ts";

/** A probe asks little; an endpoint that takes longer is probed again next time. */
const patienceMs = 30_000;

export interface ProbeOptions {
	readonly signal?: AbortSignal | undefined;
	readonly timeoutMs?: number | undefined;
	/** Tries a prompt of so many tokens as well. */
	readonly contextTokens?: number | undefined;
}

/** The manifest with new verdicts, or the same one where there is nothing new. Practice teachers need no probe. */
export async function probedManifest(
	manifest: Manifest,
	keys: ReadonlyMap<string, string | null>,
	contextNeeds: ReadonlyMap<string, number>,
	{ signal, timeoutMs = patienceMs }: Pick<ProbeOptions, "signal" | "timeoutMs">,
): Promise<Manifest> {
	const addressed = manifest.teachers.filter(isEndpointTeacher);
	const unknown = addressed.filter(({ name, isPractice }) => !isPractice && !manifest.probes?.[name]);
	const asked = unknown.map(async (teacher) => {
		const { name } = teacher;
		const options = { signal, timeoutMs, contextTokens: contextNeeds.get(name) };
		return [name, await probeTeacher(teacher, keys.get(name) ?? null, options)] as const;
	});
	const found = (await Promise.all(asked)).filter((entry): entry is [string, ProbeVerdict] => entry[1] !== undefined);
	return found.length === 0 ? manifest : { ...manifest, probes: { ...manifest.probes, ...Object.fromEntries(found) } };
}

/** Undefined where the endpoint was busy, away or refused the key, or the run was cancelled. */
export async function probeTeacher(
	teacher: EndpointTeacher,
	key: string | null,
	{ signal = new AbortController().signal, timeoutMs = patienceMs, contextTokens }: ProbeOptions = {},
): Promise<ProbeVerdict | undefined> {
	const endpoint = new TeacherEndpoint(teacher, { key, timeoutMs });
	try {
		const ask: Ask = (request) => endpoint.complete({ ...request, model: teacher.model }, signal);
		return await probeEndpoint(ask, contextTokens);
	} catch (cause) {
		if (signal.aborted) return undefined;
		throw cause;
	} finally {
		await endpoint.close();
	}
}

/** Loads the detectors that need a file: fastText's model, and CLD3, which is WebAssembly. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModule } from "cld3-asm/dist/cjs/index.js";
import type { Detect, Detectors } from "../core/language-id/detector.ts";
import { fastTextDetector } from "../core/language-id/fasttext-detector.ts";
import { francDetect } from "../core/language-id/franc-detector.ts";

/** `mediaFolder` holds `language-id/`. Rejects where a file is missing or broken. */
export async function loadDetectors(mediaFolder: string): Promise<Detectors> {
	const folder = join(mediaFolder, "language-id");
	return withoutProcessListeners(async () => {
		const [fastText, cld3] = await Promise.all([loadFastText(folder), loadCld3()]);
		return { fastText, cld3, franc: francDetect };
	});
}

/** The detectors that can be loaded, with a word to `log` on those that can't; franc always serves. */
export async function detectorsOrFranc(mediaFolder: string, log: (line: string) => void): Promise<Detectors> {
	const orNone = (name: string, loading: Promise<Detect>): Promise<Detect | undefined> =>
		loading.catch((cause: unknown) => {
			log(
				`Languages are judged without ${name}, with more "undetermined": ${cause instanceof Error ? cause.message : cause}`,
			);
			return undefined;
		});
	return withoutProcessListeners(async () => {
		const [fastText, cld3] = await Promise.all([
			orNone("fastText", loadFastText(join(mediaFolder, "language-id"))),
			orNone("CLD3", loadCld3()),
		]);
		return { ...(fastText ? { fastText } : {}), ...(cld3 ? { cld3 } : {}), franc: francDetect };
	});
}

async function loadFastText(folder: string): Promise<Detect> {
	return fastTextDetector(await readFile(join(folder, "lid.176.ftz")));
}

async function loadCld3(): Promise<Detect> {
	const factory = await loadModule();
	const identifier = factory.create(0, 1000);
	return (text) => {
		const { language, probability } = identifier.findLanguage(oneLine(text));
		return language === "und" ? [] : [{ label: oldLabels[language] ?? language, score: probability }];
	};
}

/** CLD3 writes some languages by codes that ISO 639 withdrew. */
const oldLabels: Readonly<Record<string, string>> = { iw: "he", jw: "jv", in: "id" };

/** NUL would end the text in WebAssembly. */
function oneLine(text: string): string {
	return text.replace(/[\s\0]+/gu, " ").trim();
}

/** Emscripten's start-up code listens for this process's failures to end it; that is not its business. */
async function withoutProcessListeners<T>(work: () => Promise<T>): Promise<T> {
	const events = ["uncaughtException", "unhandledRejection"] as const;
	const emitter: NodeJS.EventEmitter = process;
	const before = new Map(events.map((event) => [event, new Set<unknown>(emitter.listeners(event))]));
	try {
		return await work();
	} finally {
		for (const event of events) {
			for (const listener of emitter.listeners(event)) {
				if (!before.get(event)?.has(listener)) emitter.removeListener(event, listener as () => void);
			}
		}
	}
}

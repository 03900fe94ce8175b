/** The one edge of the review handlers: a fault is logged and answered with a fallback; the server goes on. */
import type { Runtime } from "./feature.ts";

export type RunSafe = <T>(name: string, fallback: T, work: () => T | Promise<T>) => Promise<T>;

export function safeRunner(runtime: Runtime): RunSafe {
	return async (name, fallback, work) => {
		try {
			return await work();
		} catch (cause) {
			runtime.log(`${name}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
			return fallback;
		}
	};
}

/** What a process has used so far, threads included, where the system says so (Linux). */
import { readFileSync } from "node:fs";

export interface ProcessUse {
	/** Seconds of processor time. */
	readonly cpuSeconds: number;
	/** The most memory it has held, in bytes. */
	readonly peakBytes: number;
}

/** Kernel ticks a second; 100 on every Linux that Node runs on. */
const ticks = 100;

/** Null elsewhere, and once the process has ended. */
export function useOf(pid: number | undefined): ProcessUse | null {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
		const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
		return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks, peakBytes: Number(kilobytes) * 1024 };
	} catch {
		return null;
	}
}

/** Seconds of processor time between two looks, in words; empty where unknown. */
export function cpuText(before: ProcessUse | null, after: ProcessUse | null): string {
	return before && after ? `, ${(after.cpuSeconds - before.cpuSeconds).toFixed(1)} s of CPU` : "";
}

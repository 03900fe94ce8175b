/** A run's folder: where it is, and its manifest. */
import { open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { Manifest } from "../core/generate/run-records.ts";
import { UserError } from "../core/problem.ts";

export const runsFolder = (folder: string): string => join(folder, ".polyglot", "runs");
export const runFolder = (folder: string, id: string): string => join(runsFolder(folder), id);

/** Temporary file, sync, rename, folder sync: the manifest is there whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
	const path = join(folder, "manifest.json");
	const temporary = `${path}.new`;
	const file = await open(temporary, "w");
	try {
		await file.writeFile(`${JSON.stringify(manifest, null, "\t")}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(temporary, path);
	await syncFolder(folder);
}

/** Some systems cannot sync a folder; the rename is then as safe as they make it. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, "r").catch(() => undefined);
	await handle?.sync().catch(() => {});
	await handle?.close();
}

export async function readManifest(folder: string, id: string): Promise<Manifest> {
	if (!/^[\w.-]{1,80}$/.test(id) || /^\.+$/.test(id))
		throw new UserError("run-unknown", `${JSON.stringify(id)} is no run id.`);
	const path = join(runFolder(folder, id), "manifest.json");
	const text = await readFile(path, "utf8").catch((cause: unknown) => {
		throw new UserError("run-unknown", `There is no run ${id} here: ${String(cause)}`, { cause });
	});
	try {
		return Manifest.parse(JSON.parse(text));
	} catch (cause) {
		throw new UserError("run-unreadable", `${path} is not the manifest of a run: ${String(cause)}`, { cause });
	}
}

/** Ids of all runs with a manifest, oldest first. */
export async function runIds(folder: string): Promise<string[]> {
	const names = await readdir(runsFolder(folder)).catch(() => []);
	return names.filter((name) => /^[\w.-]+$/.test(name)).sort();
}

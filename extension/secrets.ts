/** Keys and tokens in the editor's secret storage, each bound to the origin it was entered for. */
import type * as vscode from "vscode";

/** Whose secret: a teacher's key or a trainer's token, and where it may be sent. */
export interface SecretOwner {
	readonly kind: "teacher" | "trainer";
	readonly name: string;
	/** Scheme, host and port: a `polyglot.json` that points elsewhere gets no key. */
	readonly origin: string;
}

export async function readSecret(secrets: vscode.SecretStorage, owner: SecretOwner): Promise<string | null> {
	return (await secrets.get(slot(owner))) ?? null;
}

/** Stores the secret, or forgets it when it is empty. */
export async function storeSecret(secrets: vscode.SecretStorage, owner: SecretOwner, secret: string): Promise<void> {
	await (secret === "" ? secrets.delete(slot(owner)) : secrets.store(slot(owner), secret));
}

const slot = ({ kind, name, origin }: SecretOwner) => JSON.stringify([kind, name, origin]);

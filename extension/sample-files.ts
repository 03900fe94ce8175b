/** Which files hold samples, and which of them the editor can hold as text. */
import * as vscode from "vscode";

/** Above this size VS Code synchronises a text with no extension (`_MODEL_SYNC_LIMIT`). */
export const syncLimitBytes = 50 * 1024 * 1024;

const plain = /\.(?:jsonl|ndjson)$/i;
const packed = /\.(?:jsonl|ndjson)\.(?:gz|zst)$|\.parquet$/i;

export function isPlainSamples({ path }: vscode.Uri): boolean {
	return plain.test(path);
}

export function isSamples(uri: vscode.Uri): boolean {
	return isPlainSamples(uri) || packed.test(uri.path);
}

/** The file of samples in front, known by its tab: a large text never becomes a document of the extension. */
export function currentFile(): vscode.Uri | undefined {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	const uri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
	return uri && isSamples(uri) ? uri : undefined;
}

/** Bytes; 0 where there is no such file. */
export async function sizeOf(uri: vscode.Uri): Promise<number> {
	return vscode.workspace.fs.stat(uri).then(
		({ size }) => size,
		() => 0,
	);
}

export interface HeldText extends vscode.Disposable {
	/** Whether the editor holds it. */
	readonly isOpen: Promise<boolean>;
}

/** Keeps the text open until disposed, tab or no tab, so that the engine follows it and edits of it can be undone. */
export function holdText(uri: vscode.Uri): HeldText {
	let isHeld = true;
	const hold = async () => {
		if (!isPlainSamples(uri)) return false;
		const isUntitled = uri.scheme !== "file";
		if (!isUntitled && (await sizeOf(uri)) > syncLimitBytes) return false;
		return vscode.workspace.openTextDocument(uri).then(
			() => true,
			() => false,
		);
	};
	const closing = vscode.workspace.onDidCloseTextDocument((document) => {
		if (isHeld && document.uri.toString() === uri.toString()) void hold();
	});
	return {
		isOpen: hold(),
		dispose: () => {
			isHeld = false;
			closing.dispose();
		},
	};
}

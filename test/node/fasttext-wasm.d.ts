/** The deep path of the package, which its own types do not name. */
declare module "fasttext.wasm.js/dist/core/fastText.node.js" {
	interface Predictions {
		size(): number;
		get(index: number): [score: number, label: string];
		delete(): void;
	}
	interface FastText {
		loadModel(path: string): void;
		predict(text: string, candidates: number, threshold: number): Predictions;
	}
	interface Core {
		readonly FS: { writeFile(path: string, bytes: Uint8Array): void };
		readonly FastText: new () => FastText;
	}
	export default function create(options: {
		wasmBinary: Uint8Array;
		print: () => void;
		printErr: () => void;
	}): Promise<Core>;
}

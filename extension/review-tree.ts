/** The Samples view: the file in front by finding, language, teacher and strategy, with counts. A sample opens the panel. */
import * as vscode from "vscode";
import { findLanguage } from "../server/core/languages.ts";
import {
	everySample,
	type FacetName,
	facetNames,
	type ReviewFilter,
	type ReviewOverview,
	type ReviewRow,
	reviewChanged,
	reviewRequests,
} from "../server/core/review/messages.ts";
import type { App } from "./app.ts";
import { reviewedFile } from "./review-panel.ts";
import { currentFile } from "./sample-files.ts";

type Node =
	| { readonly kind: "facet"; readonly facet: FacetName; readonly values: ReviewOverview[FacetName] }
	| { readonly kind: "value"; readonly facet: FacetName; readonly value: string; readonly count: number }
	| { readonly kind: "sample"; readonly row: ReviewRow; readonly filter: ReviewFilter }
	| { readonly kind: "more"; readonly filter: ReviewFilter; readonly count: number };

/** Samples listed under one value; the panel lists all. */
const mostSamples = 100;

const restMs = 1000;

const titles: Readonly<Record<FacetName, { readonly title: string; readonly icon: string }>> = {
	findings: { title: "By finding", icon: "warning" },
	languages: { title: "By language", icon: "globe" },
	teachers: { title: "By teacher", icon: "mortar-board" },
	strategies: { title: "By strategy", icon: "list-tree" },
};

export class SamplesView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
	readonly #app: Pick<App, "engine" | "log">;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #view: vscode.TreeView<Node>;
	readonly #disposables: vscode.Disposable;
	readonly onDidChangeTreeData = this.#changed.event;
	#uri: string | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(app: Pick<App, "engine" | "log">) {
		this.#app = app;
		this.#view = vscode.window.createTreeView("polyglot.samples", { treeDataProvider: this });
		const follow = () => this.#follow();
		this.#disposables = vscode.Disposable.from(
			this.#view,
			this.#changed,
			vscode.window.tabGroups.onDidChangeTabs(follow),
			vscode.window.tabGroups.onDidChangeTabGroups(follow),
			this.#view.onDidChangeVisibility(follow),
			app.engine.on(reviewChanged, ({ uri }) => uri === this.#uri && this.#changeLater()),
			{ dispose: () => clearTimeout(this.#timer) },
		);
		follow();
	}

	async getChildren(node?: Node): Promise<Node[]> {
		const uri = this.#uri;
		if (uri === undefined) return [];
		if (!node) return this.#facets(uri);
		if (node.kind === "facet") {
			const { facet, values } = node;
			return values.map(({ value, count }) => ({ kind: "value", facet, value, count }));
		}
		return node.kind === "value" ? this.#samples(uri, node) : [];
	}

	getTreeItem(node: Node): vscode.TreeItem {
		const collapsed = vscode.TreeItemCollapsibleState.Collapsed;
		switch (node.kind) {
			case "facet": {
				const { title, icon } = titles[node.facet];
				const item = new vscode.TreeItem(title, node.facet === "findings" ? expanded : collapsed);
				item.id = node.facet;
				item.iconPath = new vscode.ThemeIcon(icon);
				return item;
			}
			case "value": {
				const item = new vscode.TreeItem(labelOf(node.facet, node.value), collapsed);
				item.id = `${node.facet}:${node.value}`;
				item.description = node.count.toLocaleString("en");
				item.contextValue = "value";
				return item;
			}
			case "sample":
				return this.#sampleItem(node.row, node.filter);
			case "more": {
				const item = new vscode.TreeItem(`… and ${node.count.toLocaleString("en")} more`);
				item.command = this.#review({ filter: node.filter });
				return item;
			}
		}
	}

	dispose(): void {
		this.#disposables.dispose();
	}

	/** Only a view that is seen has the file read. */
	#follow(): void {
		const uri = (currentFile() ?? reviewedFile())?.toString();
		if (!this.#view.visible || uri === undefined || uri === this.#uri) return;
		this.#uri = uri;
		this.#changed.fire();
	}

	/** A file that is being read changes several times a second; the tree need not. */
	#changeLater(): void {
		if (!this.#view.visible || this.#timer !== undefined) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#changed.fire();
		}, restMs);
	}

	async #facets(uri: string): Promise<Node[]> {
		const overview = await this.#app.engine.request(reviewRequests.overview, {
			uri,
			filter: everySample,
			line: null,
			withMetrics: false,
		});
		const { samples, weak } = overview.counts;
		const reading = overview.share < 1 ? `, read ${Math.floor(overview.share * 100)} %` : "";
		this.#view.description = overview.name;
		this.#view.message = `${samples.toLocaleString("en")} samples, ${weak.toLocaleString("en")} weak${reading}`;
		return facetNames.flatMap((facet): Node[] =>
			overview[facet].length > 0 ? [{ kind: "facet", facet, values: overview[facet] }] : [],
		);
	}

	async #samples(uri: string, { facet, value, count }: Extract<Node, { kind: "value" }>): Promise<Node[]> {
		const filter = { ...everySample, [facet]: [value] };
		const asked = { uri, filter, from: 0, count: mostSamples };
		const { rows } = await this.#app.engine.request(reviewRequests.rows, asked);
		const samples = rows.map((row): Node => ({ kind: "sample", row, filter }));
		return count > rows.length ? [...samples, { kind: "more", filter, count: count - rows.length }] : samples;
	}

	#sampleItem({ line, language, teacher, finding, decision }: ReviewRow, filter: ReviewFilter): vscode.TreeItem {
		const item = new vscode.TreeItem(`#${line + 1}`);
		const words = [language, teacher, decision ?? finding].filter((word) => word !== null);
		item.description = words.map(visible).join(" · ");
		item.command = this.#review({ line, filter });
		return item;
	}

	#review(target: { readonly line?: number; readonly filter: ReviewFilter }): vscode.Command {
		return {
			command: "polyglot.reviewSamples",
			title: "Review Samples",
			arguments: [{ uri: this.#uri, ...target }],
		};
	}
}

const expanded = vscode.TreeItemCollapsibleState.Expanded;

function labelOf(facet: FacetName, value: string): string {
	if (value === "") return "not stated";
	return facet === "languages" ? (findLanguage(value)?.name ?? visible(value)) : visible(value);
}

/** One short line of text; what would break or reorder it shows as a box. */
function visible(text: string): string {
	return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd").slice(0, 60);
}

/** Filters and distributions, shown above the list when asked for. */
import type { ReviewFilter, ReviewOverview } from "../../server/core/review/messages.ts";
import type { ReviewView } from "../../server/core/review/panel-protocol.ts";
import { element } from "../shared/element.ts";
import { drawFacets } from "./facets.ts";
import { drawPlots } from "./plots.ts";

export interface DrawerEvents {
	readonly filter: (change: Partial<ReviewFilter>) => void;
	readonly jump: (line: number) => void;
}

export class Drawer {
	readonly #holder: HTMLElement;
	readonly #facets: HTMLElement;
	readonly #plots: HTMLElement;
	readonly #events: DrawerEvents;

	constructor(holder: HTMLElement, events: DrawerEvents) {
		this.#holder = holder;
		this.#events = events;
		this.#facets = holder.appendChild(element("div", "facets"));
		this.#plots = holder.appendChild(element("div", "plots"));
	}

	draw(overview: ReviewOverview, { filter, line, showsFilters }: ReviewView): void {
		this.#holder.hidden = !showsFilters;
		if (!showsFilters) return;
		drawFacets(this.#facets, overview, filter, this.#events.filter);
		drawPlots(this.#plots, overview.metrics, filter.ranges, line, {
			brush: (metric, range) => {
				const others = filter.ranges.filter((one) => one.metric !== metric);
				this.#events.filter({ ranges: range ? [...others, { metric, from: range[0], to: range[1] }] : others });
			},
			jump: this.#events.jump,
		});
	}

	focus(): void {
		this.#facets.querySelector("button")?.focus();
	}
}

/** The responses on the plane where their embeddings differ most: zoomed by wheel, picked by a click, caught by a lasso. */
import { polygonContains, quadtree, schemeTableau10, select, type ZoomTransform, zoom, zoomIdentity } from "d3";
import type { MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import type { MeasurePicture } from "../../server/core/measure/measure-picture.ts";
import { group as buttonGroup } from "../shared/switch.ts";
import { drawLassoed } from "./lassoed.ts";
import { mapScales } from "./map-scales.ts";
import { groupName } from "./measure-state.ts";

const width = 760;
const height = 460;

interface MapView {
	transform: ZoomTransform;
	isLasso: boolean;
	picture: MeasurePicture | null;
}
const views = new WeakMap<HTMLElement, MapView>();
type Post = (request: MeasurePanelRequest) => void;

export function drawMap(
	section: HTMLElement,
	picture: MeasurePicture,
	lassoed: readonly number[] | null,
	lasso: (points: readonly number[] | null) => void,
	post: Post,
): void {
	const { points, report } = picture;
	section.hidden = points.x.length < 3;
	if (section.hidden) return;
	const view = views.get(section) ?? { transform: zoomIdentity, isLasso: false, picture: null };
	views.set(section, view);
	if (view.picture !== picture) Object.assign(view, { transform: zoomIdentity, picture });
	const root = select(section);
	root.selectAll(":scope > h2").data(["Map of responses"]).join("h2").text(String);
	const { explained: [first, second] = [0, 0], backend = "" } = report.map ?? {};
	const about = `${points.x.length} responses by ${backend}; the axes show ${percent(first)} and ${percent(second)} of how they differ. What lies close here may still be far apart in the rest.`;
	root.selectAll(":scope > p.about").data([about]).join("p").attr("class", "about").text(String);
	const turn = (edit: Partial<MapView>) => {
		Object.assign(view, edit);
		drawMap(section, picture, lassoed, lasso, post);
	};
	drawMode(section, view, turn, lassoed === null ? null : () => lasso(null));
	const holder = root
		.selectAll<HTMLDivElement, number>(":scope > div.map")
		.data([0])
		.join("div")
		.attr("class", "map")
		.node();
	if (holder) drawCanvas(holder, view, picture, lassoed, lasso, post);
	drawLegend(section, picture);
	drawLassoed(section, picture, lassoed, post);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function drawMode(
	section: HTMLElement,
	view: MapView,
	turn: (edit: Partial<MapView>) => void,
	clear: (() => void) | null,
): void {
	const buttons = [
		{ label: "Move and zoom", pressed: !view.isLasso, press: () => turn({ isLasso: false }) },
		{ label: "Lasso", pressed: view.isLasso, press: () => turn({ isLasso: true }) },
		{ label: "Whole map", pressed: null, press: () => turn({ transform: zoomIdentity }) },
		...(clear ? [{ label: "Let go", pressed: null, press: clear }] : []),
	];
	buttonGroup(section, "Map tools")
		.selectAll<HTMLButtonElement, (typeof buttons)[number]>("button")
		.data(buttons)
		.join("button")
		.attr("type", "button")
		.attr("aria-pressed", ({ pressed }) => (pressed === null ? null : `${pressed}`))
		.text(({ label }) => label)
		.on("click", (_event, { press }) => press());
}

/** Ten colours repeat in order; marks of the second ten are squares. */
export const groupColour = (group: number) => schemeTableau10[group % 10] ?? "currentColor";

function drawCanvas(
	holder: HTMLElement,
	view: MapView,
	picture: MeasurePicture,
	lassoed: readonly number[] | null,
	lasso: (points: readonly number[] | null) => void,
	post: Post,
): void {
	const { points } = picture;
	const canvas = select(holder).selectAll<HTMLCanvasElement, number>("canvas").data([0]).join("canvas");
	const node = canvas.node();
	const context = node?.getContext("2d");
	if (!node || !context) return;
	const scale = window.devicePixelRatio || 1;
	Object.assign(node, { width: width * scale, height: height * scale });
	canvas.attr("role", "img").attr("aria-label", summaryOf(picture)).classed("lasso", view.isLasso);
	const { x, y } = mapScales(points, width, height);
	const places = points.x.map((value, at) => [x(value), y(points.y[at] ?? 0)] as const);
	const inside = lassoed === null ? null : new Set(lassoed);
	const path: [number, number][] = [];
	const paint = () => {
		const { transform } = view;
		context.setTransform(scale, 0, 0, scale, 0, 0);
		context.clearRect(0, 0, width, height);
		for (const [at, place] of places.entries()) {
			const [left, top] = transform.apply([place[0], place[1]]);
			if (left < -4 || top < -4 || left > width + 4 || top > height + 4) continue;
			const group = points.group[at] ?? 0;
			context.globalAlpha = inside && !inside.has(at) ? 0.12 : 0.75;
			context.fillStyle = groupColour(group);
			context.beginPath();
			if (group >= 10) context.rect(left - 2.5, top - 2.5, 5, 5);
			else context.arc(left, top, 2.8, 0, 2 * Math.PI);
			context.fill();
		}
		context.globalAlpha = 1;
		if (path.length < 2) return;
		context.strokeStyle = getComputedStyle(node).color;
		context.beginPath();
		for (const [left, top] of path) context.lineTo(left, top);
		context.stroke();
	};
	const tree = quadtree<number>(
		[...places.keys()],
		(at) => places[at]?.[0] ?? 0,
		(at) => places[at]?.[1] ?? 0,
	);
	const found = (event: PointerEvent | MouseEvent) => {
		const [left, top] = view.transform.invert(pointIn(node, event));
		return tree.find(left, top, 8 / view.transform.k);
	};
	canvas
		.on("pointermove.tip", (event: PointerEvent) => {
			const at = found(event);
			if (at === undefined) delete node.dataset.tip;
			else node.dataset.tip = tipOf(picture, at);
		})
		.on("click", (event: MouseEvent) => {
			const at = view.isLasso ? undefined : found(event);
			if (at !== undefined) post({ type: "openLine", file: points.file[at] ?? 0, line: points.line[at] ?? 1 });
		})
		.on("pointerdown.lasso", (event: PointerEvent) => {
			if (!view.isLasso) return;
			node.setPointerCapture(event.pointerId);
			path.splice(0, path.length, pointIn(node, event));
		})
		.on("pointermove.lasso", (event: PointerEvent) => {
			if (path.length === 0) return;
			path.push(pointIn(node, event));
			paint();
		})
		.on("pointerup.lasso", () => {
			const drawn = path.splice(0);
			if (drawn.length < 3) return paint();
			const caught = [...places.keys()].filter((at) =>
				polygonContains(drawn, view.transform.apply([places[at]?.[0] ?? 0, places[at]?.[1] ?? 0])),
			);
			lasso(caught.length === 0 ? null : caught);
		});
	const zooming = zoom<HTMLCanvasElement, number>()
		.scaleExtent([1, 60])
		.filter((event: Event) => !view.isLasso || event.type === "wheel")
		.on("zoom", ({ transform }: { transform: ZoomTransform }) => {
			view.transform = transform;
			paint();
		});
	canvas.call(zooming).property("__zoom", view.transform);
	paint();
}

function pointIn(canvas: HTMLCanvasElement, event: PointerEvent | MouseEvent): [number, number] {
	const { left, top, width: shown } = canvas.getBoundingClientRect();
	const ratio = width / (shown || width);
	return [(event.clientX - left) * ratio, (event.clientY - top) * ratio];
}

function tipOf(picture: MeasurePicture, at: number): string {
	const { points, report } = picture;
	const file = report.files[points.file[at] ?? 0] ?? "";
	return `${groupName(picture, points.group[at] ?? 0)}, ${file} line ${points.line[at] ?? ""}`;
}

function summaryOf(picture: MeasurePicture): string {
	return `Map of ${picture.points.x.length} responses in ${picture.report.rows.length} groups. A click opens a sample; the lasso's catch is listed below.`;
}

function drawLegend(section: HTMLElement, picture: MeasurePicture): void {
	const groups = [...new Set(picture.points.group)].sort((a, b) => a - b);
	const item = select(section)
		.selectAll<HTMLUListElement, number>(":scope > ul.legend")
		.data([0])
		.join("ul")
		.attr("class", "legend")
		.selectAll<HTMLLIElement, number>("li")
		.data(groups)
		.join("li");
	item
		.selectAll<SVGSVGElement, number>("svg")
		.data((group) => [group])
		.join("svg")
		.attr("viewBox", "0 0 10 10")
		.attr("aria-hidden", "true")
		.selectAll<SVGRectElement, number>("rect")
		.data((group) => [group])
		.join("rect")
		.attr("x", 1)
		.attr("y", 1)
		.attr("width", 8)
		.attr("height", 8)
		.attr("rx", (group) => (group >= 10 ? 0 : 4))
		.attr("fill", groupColour);
	item
		.selectAll("span")
		.data((group) => [groupName(picture, group)])
		.join("span")
		.attr("dir", "auto")
		.text(String);
}

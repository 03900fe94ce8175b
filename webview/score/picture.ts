/** A chart as a file of its own: the colours and fonts it has on screen become its own. */

const paint = [
	"fill",
	"fill-opacity",
	"stroke",
	"stroke-width",
	"stroke-opacity",
	"stroke-dasharray",
	"visibility",
	"display",
];
const font = ["font-family", "font-size", "font-weight", "font-variant-numeric", "text-anchor"];
const drawn = new Set(["rect", "line", "path", "circle"]);

/** The SVG as text that stands alone, on the editor's background. */
export function svgText(svg: SVGSVGElement): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const originals = [svg, ...svg.querySelectorAll("*")];
	for (const [index, element] of [copy, ...copy.querySelectorAll("*")].entries()) {
		const original = originals[index];
		if (original) bake(original, element);
	}
	const { width, height } = sizeOf(svg);
	copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
	const ground = svg.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "rect");
	ground.setAttribute("width", "100%");
	ground.setAttribute("height", "100%");
	ground.setAttribute("fill", getComputedStyle(svg.ownerDocument.body).backgroundColor);
	copy.prepend(ground);
	return new XMLSerializer().serializeToString(copy);
}

/** The chart as PNG in base64, at twice its size so that print stays sharp. */
export async function pngBase64(svg: SVGSVGElement): Promise<string> {
	const { width, height } = sizeOf(svg);
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
	await image.decode();
	const canvas = svg.ownerDocument.createElement("canvas");
	canvas.width = 2 * width;
	canvas.height = 2 * height;
	canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
	return canvas.toDataURL("image/png").replace(/^[^,]*,/u, "");
}

function sizeOf(svg: SVGSVGElement): { width: number; height: number } {
	return { width: Math.ceil(Number(svg.getAttribute("width"))), height: Math.ceil(Number(svg.getAttribute("height"))) };
}

function bake(original: Element, copy: Element): void {
	const style = getComputedStyle(original);
	const isText = original.localName === "text" || original.localName === "tspan";
	for (const property of isText ? ["fill", "display", ...font] : drawn.has(original.localName) ? paint : []) {
		const value = style.getPropertyValue(property);
		if (value) copy.setAttribute(property, value.replaceAll(/url\("?[^"#]*(#[^")]+)"?\)/gu, "url($1)"));
	}
	for (const name of [
		...[
			"class",
			"tabindex",
			"role",
			"aria-pressed",
			"aria-label",
			"aria-hidden",
			"data-tip",
			"data-row",
			"data-column",
		],
	]) {
		copy.removeAttribute(name);
	}
}

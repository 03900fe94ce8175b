import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../server/core/generate/seeded-random.ts";
import { principalPlane } from "../../../server/core/measure/principal-plane.ts";
import { Projection } from "../../../server/core/measure/projection.ts";

test("a plane in many dimensions is found, its longer axis first", () => {
	const random = seededRandom("plane");
	const dimensions = 6;
	const values = new Float32Array(400 * dimensions);
	const planted: [number, number][] = [];
	for (let row = 0; row < 400; row += 1) {
		// Each point has its mirror image, so that the two are not correlated.
		const [before, mirrored] =
			row % 2 === 1 ? (planted.at(-1) ?? [0, 0]) : [10 * (random() - 0.5), 3 * (random() - 0.5)];
		const [long, short] = [before, row % 2 === 1 ? -mirrored : mirrored];
		planted.push([long, short]);
		values.set([long, 0.1, short, long, -2, 0], row * dimensions);
	}
	const { points, explained } = principalPlane(values, dimensions);
	assert.ok(Math.abs(explained[0] + explained[1] - 1) < 1e-6 && explained[0] > 0.9, String(explained));
	// The long axis lies along (1, 0, 0, 1, 0, 0): its coordinate is √2 of what was planted, less the mean.
	const mean = planted.reduce((sum, [long]) => sum + long, 0) / 400;
	for (const [row, [long]] of planted.entries())
		assert.ok(Math.abs((points[row * 2] ?? 0) - Math.SQRT2 * (long - mean)) < 1e-3);
});

test("points that do not differ lie on one spot and explain nothing", () => {
	const { points, explained } = principalPlane(new Float32Array(40).fill(3), 4);
	assert.deepEqual([explained[0], explained[1]], [0, 0]);
	assert.ok(points.every((value) => Math.abs(value) < 1e-6));
});

const cosine = (left: Float32Array, right: Float32Array) => {
	const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
	return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
};

test("angles survive the projection of wide embeddings, and narrow ones are kept as they are", () => {
	const random = seededRandom("wide");
	const wide = () => Float32Array.from({ length: 4_096 }, () => random() - 0.5);
	const projected = (vector: Float32Array) => {
		const into = new Float32Array(Projection.dimensions);
		new Projection(vector.length).project(vector, into, 0);
		return into;
	};
	let off = 0;
	for (let pair = 0; pair < 40; pair += 1) {
		const left = wide();
		const other = wide();
		const mix = Float32Array.from(left, (value, at) => value * random() + (other[at] ?? 0) * 0.4);
		off += Math.abs(cosine(left, mix) - cosine(projected(left), projected(mix))) / 40;
	}
	assert.ok(off < 0.1, `angles are off by ${off} on average`);
	const narrow = Float32Array.of(3, 0, 4);
	assert.deepEqual([...projected(narrow).slice(0, 4)], [Math.fround(0.6), 0, Math.fround(0.8), 0]);
});

test("a sparse embedding is projected as the dense one it stands for, and one without direction stays nowhere", () => {
	const dense = new Float32Array(1_000);
	dense[3] = 2;
	dense[900] = -1;
	const sparse = { places: Uint32Array.of(3, 900), values: Float64Array.of(2, -1) };
	const [one, other, none] = [0, 1, 2].map(() => new Float32Array(Projection.dimensions));
	if (!one || !other || !none) throw new Error("no room");
	new Projection(1_000).project(dense, one, 0);
	new Projection(1_000).project(sparse, other, 0);
	new Projection(1_000).project(new Float32Array(1_000), none, 0);
	assert.deepEqual([...one], [...other]);
	assert.ok(none.every((value) => value === 0));
});

/** Two axes for the responses: where their embeddings differ most. */

import { lexicalBackend } from "../core/measure/lexical-embedding.ts";
import { principalPlane } from "../core/measure/principal-plane.ts";
import { Projection } from "../core/measure/projection.ts";
import type { SampleMap } from "../core/measure/sample-values.ts";
import type { MeasureState } from "./measure-state.ts";

/** A vector of `Projection.dimensions` numbers for each mapped row. */
export function roomForMap(state: MeasureState): Float32Array {
	const mapped = state.isMapped(0, state.table.rows).reduce((sum, is) => sum + is, 0);
	return new Float32Array(mapped * Projection.dimensions);
}

/** Sets the coordinates of the mapped rows; null where there are too few for a plane. */
export function drawMap(state: MeasureState, vectors: Float32Array): SampleMap | null {
	const points = vectors.length / Projection.dimensions;
	if (points < 3) return null;
	const plane = principalPlane(vectors, Projection.dimensions);
	let point = 0;
	for (const [row, is] of state.isMapped(0, state.table.rows).entries()) {
		if (is === 0) continue;
		// A response without an embedding has no place.
		if (!Number.isNaN(state.table.texts.response.alignment.at(row))) {
			state.table.x.set(row, plane.points[point * 2] ?? Number.NaN);
			state.table.y.set(row, plane.points[point * 2 + 1] ?? Number.NaN);
		}
		point += 1;
	}
	const backend = state.request.embeddings?.backend ?? lexicalBackend;
	const dimensions = state.request.embeddings?.dimensions ?? Number.POSITIVE_INFINITY;
	return { backend: `${backend}${new Projection(dimensions).name}`, points, explained: [...plane.explained] };
}

/** Datasets up, artifacts down (protocol §6). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { frameOf, Peer } from "./peer.ts";
import { begin, datasetOf, hashOf, launch, type Server, upload } from "./server.ts";

export function byteTests(server: () => Server): void {
	const progressOf = (peer: Peer) =>
		peer.heard.filter(({ method }) => method === "datasets.progress").map(({ params }) => params);

	test("a dataset arrives whole, is known afterwards, and commit may be repeated", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(200);
		const { uploadId, offset } = await begin(peer, bytes, { name: "two hundred" });
		assert.equal(offset, 0);
		peer.socket.send(frameOf(uploadId, 0, bytes));
		const { dataset } = (await peer.ask("datasets.commit", { uploadId })) as { dataset: Record<string, unknown> };
		assert.deepEqual(
			[dataset.sha256, dataset.bytes, dataset.rows, dataset.name],
			[hashOf(bytes), bytes.length, 200, "two hundred"],
		);
		assert.deepEqual(await peer.ask("datasets.commit", { uploadId }), { dataset });
		assert.deepEqual(await begin(peer, bytes), { exists: true, dataset });
		assert.deepEqual(progressOf(peer), [{ uploadId, offset: bytes.length }]);
		await peer.close();
	});

	test("progress comes with every eighth stored frame and with the last", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(300);
		const size = Math.ceil(bytes.length / 20);
		const { uploadId } = await begin(peer, bytes);
		for (let at = 0; at < bytes.length; at += size)
			peer.socket.send(frameOf(uploadId, at, bytes.subarray(at, at + size)));
		await peer.ask("datasets.commit", { uploadId });
		assert.deepEqual(
			progressOf(peer).map(({ offset }) => offset),
			[8 * size, 16 * size, bytes.length],
		);
		await peer.close();
	});

	test("an upload goes on where it was cut, on another connection", async () => {
		const bytes = datasetOf(300);
		const half = Math.floor(bytes.length / 2);
		const first = await Peer.greet(server());
		const begun = await begin(first, bytes);
		first.socket.send(frameOf(begun.uploadId, 0, bytes.subarray(0, half)));
		await first.ask("runs.unsubscribe", { runId: "r-00000000" });
		first.socket.terminate();
		const second = await Peer.greet(server());
		const again = await begin(second, bytes);
		assert.deepEqual([again.uploadId, again.offset], [begun.uploadId, half]);
		second.socket.send(frameOf(again.uploadId, half, bytes.subarray(half)));
		const { dataset } = (await second.ask("datasets.commit", { uploadId: again.uploadId })) as {
			dataset: { sha256: string };
		};
		assert.equal(dataset.sha256, hashOf(bytes));
		await second.close();
	});

	test("a frame out of place is refused once, and the stored offset is taken up again", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(50);
		const { uploadId } = await begin(peer, bytes);
		peer.socket.send(frameOf(uploadId, 10, bytes.subarray(10, 20)));
		peer.socket.send(frameOf(uploadId, 20, bytes.subarray(20, 30)));
		peer.socket.send(frameOf(uploadId, 0, bytes));
		await peer.ask("datasets.commit", { uploadId });
		assert.deepEqual(progressOf(peer), [
			{ uploadId, offset: 0, error: "offset_mismatch" },
			{ uploadId, offset: bytes.length },
		]);
		await peer.close();
	});

	test("the connection that began last owns the upload", async () => {
		const [first, second] = [await Peer.greet(server()), await Peer.greet(server())];
		const bytes = datasetOf(50);
		const { uploadId } = await begin(first, bytes);
		await begin(second, bytes);
		first.socket.send(frameOf(uploadId, 0, bytes));
		const refused = await first.until(() => progressOf(first)[0]);
		assert.equal(refused.error, "not_owner");
		await Promise.all([first.close(), second.close()]);
	});

	test("more bytes than announced are refused", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(5);
		const { uploadId } = await begin(peer, bytes);
		peer.socket.send(frameOf(uploadId, 0, Buffer.concat([bytes, bytes])));
		assert.equal((await peer.until(() => progressOf(peer)[0])).error, "too_long");
		await peer.close();
	});

	test("a frame of an upload nobody opened is refused", async () => {
		const peer = await Peer.greet(server());
		peer.socket.send(frameOf(randomBytes(16).toString("hex"), 0, Buffer.from("x")));
		assert.equal((await peer.until(() => progressOf(peer)[0])).error, "unknown_upload");
		await peer.close();
	});

	test("a commit too early is length_mismatch and may be repeated", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(5);
		const { uploadId } = await begin(peer, bytes);
		peer.socket.send(frameOf(uploadId, 0, bytes.subarray(0, 7)));
		const { error } = await peer.call("datasets.commit", { uploadId });
		assert.deepEqual(error?.data, { code: "length_mismatch", retryable: true, have: 7, want: bytes.length });
		peer.socket.send(frameOf(uploadId, 7, bytes.subarray(7)));
		await peer.ask("datasets.commit", { uploadId });
		await peer.close();
	});

	test("bytes with another hash are erased", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(5);
		const { uploadId } = await begin(peer, bytes);
		peer.socket.send(frameOf(uploadId, 0, Buffer.from(bytes).fill(0x20, 0, 1)));
		assert.equal(await peer.refusal("datasets.commit", { uploadId }), "hash_mismatch");
		assert.equal(await peer.refusal("datasets.commit", { uploadId }), "upload_unknown");
		assert.equal((await begin(peer, bytes)).offset, 0);
		await peer.close();
	});

	test("bad rows are counted, and the first twenty named by line", async () => {
		const peer = await Peer.greet(server());
		const good = datasetOf(3).toString();
		const bytes = Buffer.from(`${good}${'{"prompt":"?"}\n'.repeat(30)}`);
		const { uploadId } = await begin(peer, bytes);
		peer.socket.send(frameOf(uploadId, 0, bytes));
		const { error } = await peer.call("datasets.commit", { uploadId });
		const { code, total, rows } = (error?.data ?? {}) as {
			code: string;
			total: number;
			rows: { line: number; code: string }[];
		};
		assert.deepEqual(
			[code, total, rows.length, rows[0]?.line, rows[0]?.code],
			["bad_rows", 30, 20, 4, "missing_field"],
		);
		await peer.close();
	});

	test("an upload nobody began cannot be committed", async () => {
		const peer = await Peer.greet(server());
		assert.equal(await peer.refusal("datasets.commit", { uploadId: "0".repeat(32) }), "upload_unknown");
		await peer.close();
	});

	test("more than a dataset may hold is refused before a byte is sent", async () => {
		const peer = await Peer.greet(server());
		const { limits } = peer.hello.capabilities as { limits: { datasetBytes: number } };
		const params = { sha256: "1".repeat(64), bytes: limits.datasetBytes + 1, kind: "sft-jsonl" };
		assert.equal(await peer.refusal("datasets.begin", params), "quota_exceeded");
		await peer.close();
	});

	test("only so many uploads are open at once on a connection", async () => {
		const peer = await Peer.greet(server());
		const { limits } = peer.hello.capabilities as { limits: { uploads: number } };
		for (let count = 0; count < limits.uploads; count += 1) await begin(peer, datasetOf(2));
		const bytes = datasetOf(2);
		const params = { sha256: hashOf(bytes), bytes: bytes.length, kind: "sft-jsonl" };
		assert.equal(await peer.refusal("datasets.begin", params), "quota_exceeded");
		await peer.close();
	});

	test("an artifact is read in frames that cover exactly what was asked", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server());
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilFinal(runId);
		const { artifacts } = (await peer.ask("artifacts.list", { runId })) as {
			artifacts: { sha256: string; bytes: number }[];
		};
		const [artifact] = artifacts;
		assert.ok(artifact, "a finished run has an artifact");
		const transferId = randomBytes(16).toString("hex");
		const read = (offset: number, length: number) =>
			peer.call("artifacts.read", { sha256: artifact.sha256, offset, length, transferId });
		const { result } = await read(0, Math.min(4_194_304, artifact.bytes));
		assert.deepEqual([result?.bytes, result?.offset], [artifact.bytes, 0]);
		if (result?.eof)
			assert.equal(hashOf(Buffer.concat(peer.frames.map((frame) => frame.subarray(24)))), artifact.sha256);
		peer.frames.length = 0;
		await read(1, 3);
		assert.deepEqual(
			peer.frames.map((frame) => [frame.toString("hex", 0, 16), Number(frame.readBigUInt64BE(16)), frame.length]),
			[[transferId, 1, 27]],
		);
		assert.equal((await read(artifact.bytes, 1)).error?.data.code, "range_invalid");
		const missing = { sha256: "2".repeat(64), offset: 0, length: 1, transferId };
		assert.equal(await peer.refusal("artifacts.read", missing), "artifact_missing");
		await peer.close();
	});

	test("the same bytes as another kind are another dataset", async () => {
		const peer = await Peer.greet(server());
		const bytes = datasetOf(2);
		await upload(peer, bytes);
		assert.equal((await begin(peer, bytes, { kind: "eval-jsonl" })).exists, false);
		await peer.close();
	});
}

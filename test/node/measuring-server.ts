/** An endpoint on loopback whose answers a test decides, down to the raw bytes. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TeacherEndpoint } from "../../server/node/teacher-endpoint.ts";

/** Text is sent as it stands; anything else as JSON. */
export interface Sent {
	readonly status?: number;
	readonly body: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface MeasuringServer {
	readonly baseUrl: string;
	/** Bodies of the requests so far, in order. */
	readonly requests: { readonly path: string; readonly body: Record<string, unknown> }[];
	endpoint(): TeacherEndpoint;
	close(): Promise<void>;
}

export async function measuringServer(
	answer: (body: Record<string, unknown>, path: string, nth: number) => Sent | Promise<Sent>,
): Promise<MeasuringServer> {
	const requests: MeasuringServer["requests"] = [];
	const endpoints: TeacherEndpoint[] = [];
	const server = createServer(async (request, response) => {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const body = JSON.parse(Buffer.concat(parts).toString("utf8"));
		const path = request.url ?? "";
		requests.push({ path, body });
		const sent = await answer(body, path, requests.length);
		response.writeHead(sent.status ?? 200, { "content-type": "application/json", ...sent.headers });
		response.end(typeof sent.body === "string" ? sent.body : JSON.stringify(sent.body));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	return {
		baseUrl,
		requests,
		endpoint() {
			const endpoint = new TeacherEndpoint({ baseUrl }, { key: "sk-secret-of-the-test" });
			endpoints.push(endpoint);
			return endpoint;
		},
		async close() {
			for (const endpoint of endpoints) await endpoint.close();
			server.closeAllConnections();
			server.close();
		},
	};
}

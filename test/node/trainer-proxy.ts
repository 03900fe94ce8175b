/** A TCP proxy that can be cut, stopped and throttled: the bad network of the trainer tests. */
import { connect, createServer, type Socket } from "node:net";

export interface BadNetwork {
	readonly port: number;
	/** Ends every connection without a word. */
	cut(): void;
	/** While true, new connections are ended at once. */
	isDown: boolean;
	/** Called with every chunk on its way to the server; true lets it pass, false cuts the connection. */
	onUpstream: (chunk: Buffer) => boolean;
	onDownstream: (chunk: Buffer) => boolean;
	close(): Promise<void>;
}

export async function startBadNetwork(targetPort: number): Promise<BadNetwork> {
	const sockets = new Set<Socket>();
	const keep = (socket: Socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		socket.on("error", () => socket.destroy());
	};
	const server = createServer((client) => {
		keep(client);
		if (proxy.isDown) return client.destroy();
		const upstream = connect(targetPort, "127.0.0.1");
		keep(upstream);
		const both = () => {
			client.destroy();
			upstream.destroy();
		};
		client.on("close", both);
		upstream.on("close", both);
		client.on("data", (chunk) => (proxy.onUpstream(chunk) ? upstream.write(chunk) : both()));
		upstream.on("data", (chunk) => (proxy.onDownstream(chunk) ? client.write(chunk) : both()));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const proxy: BadNetwork = {
		port: typeof address === "object" && address ? address.port : 0,
		isDown: false,
		onUpstream: () => true,
		onDownstream: () => true,
		cut: () => {
			for (const socket of sockets) socket.destroy();
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
	return proxy;
}

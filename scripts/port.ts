import { createServer } from "node:net";

/** A port of loopback that nobody has now: whoever asks takes it at once. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}

const FIRST = 10_000;
const LAST = 32_000; // beyond it systems choose by themselves, for whoever connects
const isFree = (port: number) =>
	new Promise<boolean>((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});

/** So many ports of loopback, one after the other, that nobody has now. */
export async function freePorts(count: number): Promise<number[]> {
	for (;;) {
		const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
		const ports = Array.from({ length: count }, (_, at) => first + at);
		const free = await Promise.all(ports.map(isFree));
		if (free.every(Boolean)) return ports;
	}
}

import { createServer } from "node:http";

// What Node alone can do: the same bytes, read from a variable.
const body = process.env.BENCH_BODY ?? "{}";
const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };

const server = createServer((_, res) => {
	res.writeHead(200, headers);
	res.end(body);
});
server.listen(0, "127.0.0.1", () => {
	const { port } = server.address() as { port: number };
	process.stdout.write(`bare at ${port}\n`);
});

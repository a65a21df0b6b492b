import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

const QUIET_MS = 60_000;

export interface Sent {
	method: string;
	path: string;
	headers?: Record<string, string>;
	body?: string | Buffer;
}
export interface Heard {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
	readonly ms: number;
}
export type Door = ReturnType<typeof door>;

/** HTTP as it is written: nothing is tidied on the way, and connections are used again. */
export function door(url: string, sockets = 8) {
	const { port, hostname } = new URL(url);
	const agent = new Agent({ keepAlive: true, maxSockets: sockets });
	const used = { requests: 0, connections: 0 };

	function send({ method, path, headers = {}, body }: Sent): Promise<Heard> {
		const started = performance.now();
		used.requests++;
		return new Promise((resolve, reject) => {
			const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
			const all = { ...length, ...headers };
			const sent = request({ port, hostname, path, method, headers: all, agent }, (res) => {
				const chunks: Buffer[] = [];
				res.on("data", (chunk) => chunks.push(chunk));
				res.on("error", reject);
				res.on("end", () => {
					const { statusCode: status = 0, headers } = res;
					const text = Buffer.concat(chunks).toString();
					resolve({ status, headers, text, ms: performance.now() - started });
				});
			});
			sent.on("socket", () => {
				if (!sent.reusedSocket) used.connections++;
			});
			sent.setTimeout(QUIET_MS, () => sent.destroy(new Error(`no answer in ${QUIET_MS} ms`)));
			sent.on("error", reject);
			sent.end(body);
		});
	}
	return { send, used, close: () => agent.destroy() };
}

/** Every request of the list, some at a time; what each gave, in order. */
export async function each<T, R>(list: readonly T[], work: (one: T) => Promise<R>, width = 8) {
	const results: R[] = [];
	let next = 0;
	const worker = async () => {
		for (let nth = next++; nth < list.length; nth = next++)
			results[nth] = await work(list[nth] as T);
	};
	await Promise.all(Array.from({ length: width }, worker));
	return results;
}

interface Line {
	/** The line is done when so many answers have come, or when it is closed. */
	answers?: number;
	/** Ends our side after the last piece: the other hears that nothing more comes. */
	hangs_up?: boolean;
	limit_ms?: number;
}

/** A connection of bytes: sends the pieces in turn, and gives all that came back. */
export function speak(
	url: string,
	pieces: string | Buffer | readonly (string | Buffer)[],
	{ answers = 1, hangs_up = false, limit_ms = 20_000 }: Line = {},
): Promise<{ text: string; closed: boolean; ms: number }> {
	const started = performance.now();
	return new Promise((resolve, reject) => {
		const socket = connect(Number(new URL(url).port), "127.0.0.1");
		let text = "";
		const timer = setTimeout(() => end(false), limit_ms);
		const end = (closed: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ text, closed, ms: performance.now() - started });
		};
		socket.on("connect", () => {
			for (const piece of [pieces].flat()) socket.write(piece as string);
			if (hangs_up) socket.destroySoon();
		});
		socket.on("data", (chunk) => {
			text += chunk;
			if (complete(text) >= answers) end(false);
		});
		socket.on("close", () => end(true));
		socket.on("error", (err: Error & { code?: string }) => {
			if (err.code === "ECONNRESET" || err.code === "EPIPE") end(true);
			else reject(err);
		});
	});
}

/** How many whole answers the text holds. */
function complete(text: string): number {
	return answersIn(text).filter(({ isWhole }) => isWhole).length;
}

export function answersIn(text: string) {
	const found: { status: number; head: string; body: string; isWhole: boolean }[] = [];
	let rest = text;
	for (;;) {
		const end = rest.indexOf("\r\n\r\n");
		if (!rest.startsWith("HTTP/1.") || end < 0) return found;
		const head = rest.slice(0, end);
		const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
		const bytes = Buffer.from(rest.slice(end + 4));
		const body = bytes.subarray(0, length).toString();
		const isWhole = bytes.length >= length;
		found.push({ status: Number(head.slice(9, 12)), head, body, isWhole });
		rest = bytes.subarray(length).toString();
	}
}

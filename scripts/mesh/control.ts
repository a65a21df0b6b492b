import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** Carries out a command, and says meanwhile what it does. */
export type Obey = (words: readonly string[], say: (text: string) => void) => Promise<void>;

interface Word {
	say?: string;
	end?: true;
	error?: string;
}

/** Lets other terminals of the same user command a mesh: through a file, which nobody else may open. */
export async function listen(socket: string, obey: Obey): Promise<Server> {
	rmSync(socket, { force: true }); // of a mesh that was killed: who asks has seen that none runs
	// A peer that breaks off is no reason to end the mesh.
	const server = createServer((peer) => void serve(peer, obey).catch(() => {}));
	server.listen(socket);
	await once(server, "listening");
	chmodSync(socket, 0o600);
	return server;
}

async function serve(peer: Socket, obey: Obey): Promise<void> {
	const write = (word: Word) => void (peer.writable && peer.write(`${JSON.stringify(word)}\n`));
	peer.on("error", () => {}); // who asked has gone: what was asked is done all the same
	for await (const line of createInterface({ input: peer })) {
		try {
			await obey(JSON.parse(line), (say) => write({ say }));
			write({ end: true });
		} catch (error) {
			write({ error: (error as Error).message });
		}
		peer.end();
	}
}

/** Tells a running mesh what to do; resolves once it is done, rejects with what it says against it. */
export async function command(
	socket: string,
	words: readonly string[],
	say: (text: string) => void,
) {
	const peer = connect(socket);
	await once(peer, "connect").catch(() => {
		throw new Error("No mesh runs on this data folder: npm run mesh starts one");
	});
	peer.on("error", () => {});
	peer.write(`${JSON.stringify(words)}\n`);
	let last: Word = {};
	for await (const line of createInterface({ input: peer })) {
		last = JSON.parse(line);
		if (last.say !== undefined) say(last.say);
	}
	if (last.error) throw new Error(last.error);
	if (!last.end && words[0] !== "stop") throw new Error("The mesh has ended before it was done");
}

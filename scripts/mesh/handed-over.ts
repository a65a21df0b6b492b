import type { ChildProcess } from "node:child_process";

/** What Node's cluster says between its processes: `newconn` hands a connection over, `ack` is the answer. */
interface Word {
	readonly act?: string;
	readonly seq?: number;
	readonly ack?: number;
}
type Handle = { close(): void };
type Send = (word: Word, handle?: Handle, ...rest: unknown[]) => boolean;

/**
 * A connection that was on its way to a gateway when that died is nobody's: Node keeps it open, and
 * its client would wait for ever. Here it is closed, so the client knows, and may ask another.
 */
export function closeUnserved(gateway: ChildProcess): void {
	const under_way = new Map<number | undefined, Handle>();
	const send = gateway.send.bind(gateway) as Send;
	gateway.send = ((word: Word, handle?: Handle, ...rest: unknown[]) => {
		if (word?.act === "newconn" && handle) under_way.set(word.seq, handle);
		return send(word, handle, ...rest);
	}) as ChildProcess["send"];
	gateway.on("internalMessage", ({ ack }: Word) => under_way.delete(ack));
	gateway.once("exit", () => {
		for (const handle of under_way.values()) handle.close();
	});
}

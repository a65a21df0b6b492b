import type { JetStreamManager } from "nats";
import { Counter } from "prom-client";
import { registry } from "../../../config/metrics.ts";
import type { Mark } from "../../bus.ts";
import { ensureStream, orNothing, streamOf } from "./stream.ts";
import { WINDOW_MAX } from "./window.ts";

export const repairs = new Counter({
	name: "outbox_repairs_total",
	help: "Times that a stream was found lost or rolled back, and was filled again.",
	labelNames: ["context"],
	registers: [registry],
});

export interface Found {
	readonly created: string;
	/** It does not hold what it has acknowledged. */
	readonly isLost: boolean;
	/** Where to begin again, if it is. */
	readonly begin: number;
}

/** Looks whether a stream still holds what it has acknowledged; makes it, if it is gone. */
export async function examine(
	jsm: JetStreamManager,
	producer: string,
	settings: { mesh: string; replicas: number },
	mark: Mark,
	isSuspect: boolean,
): Promise<Found> {
	const { created, state } = await ensureStream(jsm, producer, settings);
	const read = (seq: number) => orNothing(jsm.streams.getMessage(streamOf(producer), { seq }));
	const isLost = isSuspect || (mark.stream_created !== undefined && !(await holds()));
	return { created, isLost, begin: isLost ? await beginning() : 0 };

	async function holds(): Promise<boolean> {
		const { stream_created, stream_seq, stream_message } = mark;
		if (stream_created !== created) return false;
		if (stream_seq === undefined) return true;
		if (state.last_seq < stream_seq) return false;
		return (await read(stream_seq))?.header.get("Nats-Msg-Id") === stream_message;
	}

	/**
	 * Facts leave in order, not further than the window: before that of the last all were there.
	 * In a stream made anew nothing was, whatever has come into it since.
	 */
	async function beginning(): Promise<number> {
		if (mark.stream_created !== created) return 0;
		const last = state.messages > 0 ? await read(state.last_seq) : undefined;
		return Math.max(0, Number(last?.header.get("feed_seq") ?? 0) - WINDOW_MAX);
	}
}

import { headers, type Msg, type MsgHdrs } from "nats";
import type { Recorded } from "../../../lib/fact.ts";
import type { Sent } from "../../bus.ts";

const TRACED = ["correlation_id", "causation_id", "traceparent"];

/** A fact as a message: the whole of it as JSON, and what tools look for as headers. */
export function encode({ fact, feed_seq, is_first }: Sent, id: string) {
	const told = headers();
	const tell = (name: string, value: string) => told.append(name, value.replaceAll(/[\r\n]/g, " "));
	tell("Nats-Msg-Id", id);
	tell("key", fact.key);
	tell("key_seq", String(fact.key_seq));
	tell("feed_seq", String(feed_seq));
	if (is_first) tell("is_first", "true");
	for (const name of TRACED) if (fact.headers[name]) tell(name, fact.headers[name]);
	return { subject: `evt.${fact.event}`, data: JSON.stringify(fact), headers: told };
}

/** The fact that a message carries; nothing, if it is none of this producer's: no relay has sent it. */
export function decode(message: Msg, producer: string): Sent | undefined {
	const told = message.headers as MsgHdrs | undefined;
	const fact = factIn(message);
	const feed_seq = Number(told?.get("feed_seq"));
	if (fact?.producer !== producer || !told || !(feed_seq > 0)) return undefined;
	return { fact, feed_seq, is_first: told.get("is_first") === "true" };
}

function factIn(message: Msg): Recorded | undefined {
	try {
		const fact = message.json<Partial<Recorded> | null>();
		const texts = [fact?.event, fact?.key, fact?.message_id];
		const isFact = texts.every((text) => typeof text === "string") && Number(fact?.key_seq) > 0;
		return isFact ? (fact as Recorded) : undefined;
	} catch {
		return undefined; // not even JSON
	}
}

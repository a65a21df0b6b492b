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

export function decode(message: Msg): Sent {
	const told = message.headers as MsgHdrs;
	return {
		fact: message.json<Recorded>(),
		feed_seq: Number(told.get("feed_seq")),
		is_first: told.get("is_first") === "true",
	};
}

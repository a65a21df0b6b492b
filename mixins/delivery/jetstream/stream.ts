import {
	AckPolicy,
	type ConsumerConfig,
	DeliverPolicy,
	DiscardPolicy,
	type JetStreamManager,
	NatsError,
	nanos,
	RetentionPolicy,
	StorageType,
	type StreamConfig,
	type StreamInfo,
} from "nats";

const KEPT_MS = 7 * 24 * 3_600_000;
const DUPLICATES_MS = 120_000;
const NOT_FOUND = "404";
/** All that waits behind facts that fail stays unacknowledged: more than readers hold (`HELD_MAX`). */
const UNACKNOWLEDGED_MAX = 16_384;

export const streamOf = (producer: string) => `EVT_${producer}`;
export const consumerOf = (reader: string, producer: string) => `${reader}-${producer}`;
export const producerOf = (stream: string) => /^EVT_(.+)$/.exec(stream)?.[1];

const describing = (producer: string, mesh: string) => `facts of ${producer} in the mesh ${mesh}`;

/** A stream that refuses when full, rather than drop what has not been read. */
const streamConfig = (producer: string, mesh: string, replicas: number) => ({
	name: streamOf(producer),
	description: describing(producer, mesh),
	subjects: [`evt.${producer}.>`],
	storage: StorageType.File,
	retention: RetentionPolicy.Limits, // a work queue forgets ids when it starts again
	discard: DiscardPolicy.New,
	max_age: nanos(KEPT_MS),
	duplicate_window: nanos(DUPLICATES_MS),
	num_replicas: replicas,
});

/** Makes the stream if it is missing. One that is not as it should be is an operator's to change. */
export async function ensureStream(
	jsm: JetStreamManager,
	producer: string,
	{ mesh, replicas }: { mesh: string; replicas: number },
): Promise<StreamInfo> {
	const wanted = streamConfig(producer, mesh, replicas);
	const found = await orNothing(jsm.streams.info(wanted.name));
	if (!found) return jsm.streams.add(wanted);
	const other = differences(wanted, found.config);
	if (other.length === 0) return found;
	throw new Error(`The stream ${wanted.name} is not as it should be: ${other.join(", ")}`);
}

/** On a server that two meshes share, neither takes the facts of the other for its own. */
export async function refuseForeign(jsm: JetStreamManager, producer: string, mesh: string) {
	const { description } = (await jsm.streams.info(streamOf(producer))).config;
	if (description !== describing(producer, mesh))
		throw new Error(`the stream holds ${description}, not in ${mesh}`);
}

const differences = (wanted: Partial<StreamConfig>, found: StreamConfig) =>
	Object.entries(wanted)
		.map(([field, value]) => [field, value, found[field as keyof StreamConfig]] as const)
		.filter(([, value, is]) => JSON.stringify(value) !== JSON.stringify(is))
		.map(([field, value, is]) => `${field} is ${JSON.stringify(is)}, not ${JSON.stringify(value)}`);

/** One that all replicas of a reader share, so that one of them has each fact. */
export const consumerConfig = (
	reader: string,
	producer: string,
	ack_wait_ms: number,
): Partial<ConsumerConfig> => ({
	durable_name: consumerOf(reader, producer),
	name: consumerOf(reader, producer),
	filter_subject: `evt.${producer}.>`,
	deliver_policy: DeliverPolicy.All,
	ack_policy: AckPolicy.Explicit,
	ack_wait: nanos(ack_wait_ms),
	max_ack_pending: UNACKNOWLEDGED_MAX,
	max_deliver: -1, // attempts are counted, and facts parked, in SQL: the server never drops one
});

/** What is not there is not a failure. */
export async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof NatsError && isNotFound(error)) return undefined;
		throw error;
	}
}
const isNotFound = ({ code, api_error }: NatsError) =>
	code === NOT_FOUND || api_error?.code === Number(NOT_FOUND);

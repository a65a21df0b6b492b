import type { Name, Reading, Sheet } from "./figures.ts";

const LIMIT_MS = 2_000;

const NAMES: readonly Name[] = [
	"nats_server_up",
	"nats_server_connections",
	"nats_server_memory_bytes",
	"nats_server_slow_consumers_total",
	"nats_server_messages_total",
	"jetstream_stream_messages",
	"jetstream_stream_bytes",
	"jetstream_consumer_pending",
	"jetstream_consumer_ack_pending",
];

/** What `/varz` and `/jsz` of a server say, as far as it is read here. */
interface Server {
	readonly server_name: string;
	readonly connections: number;
	readonly mem: number;
	readonly slow_consumers: number;
	readonly in_msgs: number;
	readonly out_msgs: number;
}
interface Stores {
	readonly account_details?: readonly { readonly stream_detail?: readonly Stream[] }[];
}
interface Replicated {
	readonly name: string;
	readonly cluster?: { readonly leader?: string };
}
interface Stream extends Replicated {
	readonly state: { readonly messages: number; readonly bytes: number };
	readonly consumer_detail?: readonly Consumer[];
}
interface Consumer extends Replicated {
	readonly num_pending: number;
	readonly num_ack_pending: number;
}

/** What the servers of NATS say of themselves; of one that does not answer, that it is down. */
export async function natsServers(urls: readonly string[]): Promise<Sheet> {
	const readings = await Promise.all(urls.map((url) => serverAt(new URL(url))));
	return { names: NAMES, readings: readings.flat() };
}

async function serverAt(url: URL): Promise<Reading[]> {
	const server = url.host;
	try {
		const [varz, jsz] = await Promise.all([
			get<Server>(url, "/varz"),
			get<Stores>(url, "/jsz?streams=true&consumers=true"),
		]);
		const streams = (jsz.account_details ?? []).flatMap(({ stream_detail = [] }) => stream_detail);
		const isLed = ({ cluster }: Replicated) =>
			(cluster?.leader ?? varz.server_name) === varz.server_name;
		return [
			...ofServer(varz, server),
			...streams.flatMap((stream) => [
				...(isLed(stream) ? ofStream(stream) : []), // its replicas repeat what the leader says
				...(stream.consumer_detail ?? [])
					.filter(isLed)
					.flatMap((one) => ofReader(one, stream.name)),
			]),
		];
	} catch {
		return [{ name: "nats_server_up", labels: { server }, value: 0 }];
	}
}

const ofServer = (varz: Server, server: string): Reading[] => [
	{ name: "nats_server_up", labels: { server }, value: 1 },
	{ name: "nats_server_connections", labels: { server }, value: varz.connections },
	{ name: "nats_server_memory_bytes", labels: { server }, value: varz.mem },
	{ name: "nats_server_slow_consumers_total", labels: { server }, value: varz.slow_consumers },
	{ name: "nats_server_messages_total", labels: { server, direction: "in" }, value: varz.in_msgs },
	{
		name: "nats_server_messages_total",
		labels: { server, direction: "out" },
		value: varz.out_msgs,
	},
];

const ofStream = ({ name: stream, state }: Stream): Reading[] => [
	{ name: "jetstream_stream_messages", labels: { stream }, value: state.messages },
	{ name: "jetstream_stream_bytes", labels: { stream }, value: state.bytes },
];

const ofReader = ({ name: consumer, ...is }: Consumer, stream: string): Reading[] => [
	{ name: "jetstream_consumer_pending", labels: { stream, consumer }, value: is.num_pending },
	{
		name: "jetstream_consumer_ack_pending",
		labels: { stream, consumer },
		value: is.num_ack_pending,
	},
];

async function get<T>(url: URL, path: string): Promise<T> {
	const answer = await fetch(new URL(path, url), { signal: AbortSignal.timeout(LIMIT_MS) });
	if (!answer.ok) throw new Error(`${url.host} answers ${answer.status}`);
	return (await answer.json()) as T;
}

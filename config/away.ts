import { connect } from "node:net";
import { env } from "./env.ts";

const PATIENCE_MS = 1_000;

/** What a process does without for a while: it starts, and takes it up when it is there. */
const OPTIONAL = [
	{ setting: "RETAIL_NATS_URL", url: env.nats_url, port: 4222, meanwhile: "joins the mesh later" },
	{
		setting: "RETAIL_REDIS_URL",
		url: env.redis_url,
		port: 6379,
		meanwhile: "keeps caches and limits of its own",
	},
] as const;

/** A line for each that does not answer, naming the setting that says where it should be. */
export async function whoIsAway(): Promise<string[]> {
	const lines = await Promise.all(
		OPTIONAL.map(async ({ setting, url, port, meanwhile }) => {
			if (!url) return [];
			const first = url.split(",")[0] ?? "";
			const at = new URL(first.includes("://") ? first : `any://${first}`);
			const [host, number] = [at.hostname, Number(at.port || port)];
			if (await answers(host, number)) return [];
			return [`${setting}: nobody answers at ${host}:${number}; this process ${meanwhile}`];
		}),
	);
	return lines.flat();
}

const answers = (host: string, port: number): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect({ host, port, timeout: PATIENCE_MS });
		const end = (isThere: boolean) => {
			socket.destroy();
			resolve(isThere);
		};
		socket.once("connect", () => end(true));
		socket.once("timeout", () => end(false));
		socket.once("error", () => end(false));
	});

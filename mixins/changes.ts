import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import { changed } from "../config/cache.ts";
import { SharedCache } from "../config/shared-cache.ts";

interface Told {
	readonly about: readonly string[];
	/** Redis could not be told: whoever hears it may be able to. */
	readonly untold?: boolean;
}

const eventOf = (context: string) => `cache.${context}`;
const sharedBy = ({ cacher }: ServiceBroker) =>
	(cacher as unknown) instanceof SharedCache ? (cacher as unknown as SharedCache) : undefined;

/**
 * Makes what is cached about a thing useless, to be called before its writer is answered: here at
 * once; in Redis before what it returns resolves; in other processes before any call reaches them
 * that the writer makes after its answer, if one nats-server stands between them: it delivers in
 * order what one process says.
 */
export function teller(broker: ServiceBroker, context: string) {
	let about: Set<string> | undefined;
	let isUntold = false;
	/** Once for all that a commit tells; still before anybody goes on that it answers. */
	const tell = (thing: string, untold: boolean) => {
		if (!broker.transit) return;
		isUntold ||= untold;
		if (about) return void about.add(thing);
		about = new Set([thing]);
		queueMicrotask(() => {
			const told: Told = { about: [...(about ?? [])], ...(isUntold && { untold: true }) };
			[about, isUntold] = [undefined, false];
			const lost = () => broker.logger.debug("others are not told what has changed");
			broker.broadcast(eventOf(context), told).catch(lost);
		});
	};
	return (thing: string): Promise<void> | undefined => {
		changed(context, thing);
		const shared = sharedBy(broker);
		if (!shared) return void tell(thing, false);
		return shared.changed(context, thing).then((isTold) => tell(thing, !isTold));
	};
}

/** Hears what other processes change of a context: of its own unless it is named. */
export const hearsChanges = (of?: string) =>
	({
		merged(schema: ServiceSchema) {
			const context = of ?? schema.name;
			schema.events = {
				...schema.events,
				[eventOf(context)](this: Service, ctx: Context<Told>) {
					if (ctx.nodeID === this.broker.nodeID) return;
					const { about, untold } = ctx.params;
					for (const thing of about) {
						changed(context, thing);
						if (untold) void sharedBy(this.broker)?.changed(context, thing);
					}
				},
			};
		},
	}) as unknown as ServiceSchema;

import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { drain } from "../../config/drain.ts";
import { Nats } from "../../config/transporter.ts";
import { service } from "../../lib/service.ts";
import { broker } from "./broker.ts";
import { shelf } from "./shelf.ts";

/** A replica in a process of its own, which stops as the product's do. What it did is in a file. */
const [, , node = "", url = "", done = ""] = process.argv;

const town = broker(
	[
		service(shelf, {
			actions: {
				look: async () => ({ node }),
				async put({ params: { name, ms } }) {
					await sleep(ms);
					appendFileSync(done, `${name}\n`);
					return { node };
				},
			},
		}),
	],
	{ nodeID: node, transporter: new Nats(url) },
);
await town.start();
process.once("SIGTERM", () => void drain(town).then(() => process.exit(0)));
process.stdout.write("ready\n");

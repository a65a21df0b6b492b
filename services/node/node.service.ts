import { CONTEXTS } from "../../config/topology.ts";
import { service } from "../../lib/service.ts";
import { answering } from "../../mixins/database/open.ts";
import { node } from "./node.contract.ts";

const said = (isUp: boolean) => ({ status: isUp ? ("up" as const) : ("down" as const) });

export default service(node, {
	actions: {
		/** Each context's own database is asked; one that has none answers by being there. */
		async health() {
			const databases = await answering();
			const here = CONTEXTS.filter((name) => this.broker.getLocalService(name));
			const contexts = here.map((name) => [name, said(databases.get(name) ?? true)]);
			const isUp = [...databases.values()].every(Boolean);
			return { ...said(isUp), contexts: Object.fromEntries(contexts) };
		},

		/** The way of every stop: start.ts hears the signal. The caller is answered before. */
		async drain() {
			setImmediate(() => process.kill(process.pid, "SIGTERM"));
		},
	},
});

declare module "moleculer-prometheus" {
	import type { ServiceSchema } from "moleculer";

	const schema: ServiceSchema & { settings: { metrics: Record<string, object> } };
	export default schema;
}

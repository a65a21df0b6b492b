import type { ServiceBroker } from "moleculer";
import { asService } from "../../config/identity.ts";
import type { Page } from "../../mixins/projections/projection.ts";
import { audit } from "../audit/audit.contract.ts";

/** Facts of the event store behind a position, in their order. */
export const readFeed = (broker: ServiceBroker, after: number, limit: number): Promise<Page> =>
	audit.feed(broker, { after, limit }, { headers: asService("reporting") });

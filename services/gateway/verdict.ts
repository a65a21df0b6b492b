import type { ServiceBroker } from "moleculer";
import { chargeRefused } from "./budgets.ts";
import { consumerOf } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";
import type { Limits } from "./limits.ts";
import { asGateway } from "./pipeline.ts";
import { type Problem, problemOf } from "./problem.ts";
import type { Table } from "./routes.ts";

interface Judge {
	readonly broker: ServiceBroker;
	readonly table: Table;
	readonly limits: Limits;
}

/** The problem that the error is; or, when nobody has paid for it yet, that there were too many. */
export async function verdictOf(judge: Judge, exchange: Exchange, err: unknown): Promise<Problem> {
	const { broker, table, limits } = judge;
	const problem = problemOf(err, exchange, table.refusals);
	if (problem.status >= 500 || exchange.charged) return problem;
	try {
		const consumer = exchange.consumer ?? (await knownConsumer(broker, exchange));
		if (consumer) exchange.consumer = consumer;
		await chargeRefused(limits, exchange);
		return problem;
	} catch (tooMany) {
		return problemOf(tooMany, exchange, table.refusals);
	}
}

const knownConsumer = (broker: ServiceBroker, exchange: Exchange) =>
	consumerOf(broker, exchange, asGateway()).catch(() => undefined);

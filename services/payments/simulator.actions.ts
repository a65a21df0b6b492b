import { env } from "../../config/env.ts";
import { centsOf } from "../../lib/money.ts";
import { forbidden } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import type { FailureConfig, payments } from "./payments.contract.ts";
import type { Provider, provider } from "./provider.store.ts";
import { NO_FAILURE } from "./provider.ts";

/** What the simulated provider is told to refuse. */
export const simulatorActions = page<typeof payments, [typeof provider]>()({
	configureFailure(ctx) {
		return configure(this.provider, ctx.params);
	},
	async configureFailureAmounts(ctx) {
		const { failure_amounts = [], ...config } = ctx.params;
		const failure_amounts_cents = failure_amounts.map((one) => centsOf(one, "failure_amounts"));
		return configure(this.provider, { ...config, failure_amounts_cents });
	},
	resetFailure() {
		return configure(this.provider, NO_FAILURE);
	},
	async failureConfig() {
		refuseInProduction();
		return this.provider.config();
	},
});

/** In production payments are declined for good reasons only. */
function refuseInProduction() {
	if (env.production) throw forbidden();
}

async function configure(simulator: Provider, wanted: Partial<FailureConfig>) {
	refuseInProduction();
	const config = { ...NO_FAILURE, ...wanted };
	await simulator.configure(config);
	return config;
}

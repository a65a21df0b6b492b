import { expect, test } from "@jest/globals";
import { ServiceBroker } from "moleculer";
import { idsNow } from "../../config/doing.ts";
import { traceOf } from "../../lib/trace.ts";
import { brokerOptions } from "../../moleculer.config.ts";

test("MON-25 GTW-18 a line that is logged while a call is answered carries its ids, and after it none", async () => {
	const broker = new ServiceBroker({ ...brokerOptions(), logger: false });
	broker.createService({
		name: "probe",
		actions: {
			async inner() {
				await new Promise((later) => setImmediate(later));
				return idsNow();
			},
			outer: (ctx) => ctx.call("probe.inner"),
		},
	});
	await broker.start();
	const options = { requestID: "req_of_this_test", headers: { saga_id: "saga_1" } };
	expect(await broker.call("probe.outer", {}, options)).toMatchObject({
		request_id: "req_of_this_test",
		trace_id: traceOf("req_of_this_test"),
	});
	expect(await broker.call("probe.inner", {}, options)).toMatchObject({ saga_id: "saga_1" });
	expect(idsNow()).toEqual({});
	await broker.stop();
});

import { expect, test } from "@jest/globals";
import { newKey } from "../../../lib/api-key.ts";
import { consumerOf } from "../../../services/gateway/credentials.ts";
import type { Exchange } from "../../../services/gateway/exchange.ts";

test("AUT-28 a key with a typing error is refused without asking identity", async () => {
	let asked = 0;
	const caller = {
		call: async () => {
			asked++;
			return { key_id: "1", consumer: "till", scopes: ["*"] };
		},
	};
	const { key } = newKey();
	const show = (said: string) =>
		consumerOf(
			caller as never,
			{ req: { headers: { "x-api-key": said } } } as unknown as Exchange,
			{},
		);

	const typo = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`;
	await expect(show(typo)).rejects.toMatchObject({ type: "UNAUTHENTICATED", code: 401 });
	expect(asked).toBe(0);
	expect(await show(key)).toMatchObject({ consumer: "till" });
	expect(asked).toBe(1);
});

import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";

const Status = Type.Enum(["up", "down"]);

/**
 * One process of the mesh. Every process has it, so that a call means one only with `{ nodeID }`.
 * It is no context: it owns nothing, has no route, and announces nothing.
 */
export const node = contract("node", {
	health: action({
		summary: "Whether the contexts of this process can do their work",
		roles: ["admin"],
		params: {},
		returns: Type.Object({
			status: Status,
			contexts: Type.Record(Type.String(), Type.Object({ status: Status })),
		}),
		timeout: 3_000,
	}),
	drain: action({
		summary: "Have this process finish what it has begun, and end",
		roles: ["admin"],
		params: {},
	}),
});

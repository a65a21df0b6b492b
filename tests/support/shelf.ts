import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";

const Who = Type.Object({ node: Type.String() });

/** Whatever has replicas: `put` is done once, `look` may be asked again. */
export const shelf = contract("shelf", {
	look: action({ repeatable: true, params: {}, returns: Who }),
	put: action({ key: "name", params: { name: Type.String(), ms: Type.Integer() }, returns: Who }),
});

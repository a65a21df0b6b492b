import { contract } from "../../lib/contract.ts";

export const sagas = contract("saga", {});

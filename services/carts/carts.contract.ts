import { contract } from "../../lib/contract.ts";

export const carts = contract("carts", {});

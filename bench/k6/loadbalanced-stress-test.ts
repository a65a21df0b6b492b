import { SCENARIOS } from "../load/scenarios.ts";
import { optionsOf, tokens, walk } from "./walk.ts";

export const options = optionsOf(SCENARIOS.stress);
export const setup = tokens;
export default (known: ReturnType<typeof tokens>) => walk(SCENARIOS.stress, known);

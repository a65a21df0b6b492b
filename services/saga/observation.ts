import type { Scene } from "./scene.ts";
import type { At, Failure, State } from "./state.ts";

/** What is written down of a story that is only watched. */
export type Observation =
	| (At & { readonly type: "OPENED"; readonly actor: string; readonly input: State["input"] })
	| (At & { readonly type: "HEARD"; readonly actor: string; readonly fact: Scene })
	| (At & { readonly type: "SILENT" })
	| (At & {
			readonly type: "REFUSED";
			readonly step: string;
			readonly error: Omit<Failure, "step">;
	  });

import { seeded } from "../support/simulate-clock.ts";
import { crowd } from "./crowd.ts";
import { desk } from "./desk.ts";
import { planOf } from "./faults.ts";
import type { Wanted } from "./run.ts";
import type { Scene } from "./scene.ts";
import { furnish } from "./shop.ts";
import { strikeAll } from "./strike.ts";
import { witness } from "./witness.ts";

const SCARCE = 0.04; // of the orders can have what every tenth of them wants
const PRINT_MS = 5_000;

/** People at work, and what is done to the mesh meanwhile; over when both are. */
export async function storm(scene: Scene, wanted: Wanted) {
	const { seed, orders, claims, work_ms, print } = wanted;
	const { fleet, books, toll } = scene;
	const passwords = await furnish(fleet.urls[0] ?? "", Math.ceil(orders * SCARCE));
	const counter = desk(fleet.urls, passwords);
	toll.begin();
	const from = performance.now();
	const people = crowd(counter, seeded(seed), { orders, claims, work_ms });
	const watching = witness(books);
	const progress = setInterval(() => {
		const { bought, filed } = people;
		const share = (people.progress() * 100).toFixed(0).padStart(3);
		print(
			`${share} %  ${bought.length} orders, ${filed.length} claims, ${counter.served().again} asked again`,
		);
	}, PRINT_MS);
	try {
		const plan = planOf(seeded(seed + 1), wanted, fleet.names);
		const struck = await strikeAll({ ...scene, crowd: people, print }, plan);
		people.close();
		await people.done;
		toll.end();
		await watching.leave();
		return {
			...{ people, struck, looks: watching.looks(), wrong: watching.seen },
			...{ load_ms: performance.now() - from, served: counter.served() },
		};
	} finally {
		people.close();
		clearInterval(progress);
		await watching.leave();
	}
}

import { setTimeout as sleep } from "node:timers/promises";
import { journeyOf, type Scenario, usersAt } from "./scenario.ts";
import { type Shop, walk } from "./visitor.ts";

const LOOK_MS = 100;

interface Pace {
	/** How many times faster than its stages say: the users, and what they do in a second, stay. */
	readonly speed: number;
	/** Told now and then. */
	progress(minutes: number, users: number): void;
}

/** As many users as the stages say, until they are over; who is under way then comes to its end. */
export async function ramp(shop: Shop, scenario: Scenario, { speed, progress }: Pace) {
	const began = performance.now();
	const minutes = () => ((performance.now() - began) / 60_000) * speed;
	const wanted = () => usersAt(scenario.stages, minutes());
	const users = new Set<Promise<void>>();
	let present = 0;

	const stay = async () => {
		present++;
		await sleep(Math.random() * scenario.think_s * 1_000); // who come together do not ask together
		while (present <= (wanted() ?? 0))
			await walk(shop, journeyOf(scenario, Math.random()), () => sleep(scenario.think_s * 1_000));
		present--;
	};
	for (let now = wanted(); now !== undefined; now = wanted()) {
		while (present < now) {
			const user = stay();
			users.add(user);
			void user.finally(() => users.delete(user));
		}
		progress(minutes(), present);
		await sleep(LOOK_MS);
	}
	await Promise.all(users);
	return (performance.now() - began) / 1_000;
}

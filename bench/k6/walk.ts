import { check, sleep } from "k6";
import http from "k6/http";
import type { Options } from "k6/options";
import {
	filled,
	journeyOf,
	KEY,
	PEOPLE,
	type Person,
	PRODUCTS,
	type Scenario,
	type Step,
} from "../load/scenario.ts";

const URL = __ENV.URL ?? "http://127.0.0.1:8080";
const SPEED = Number(__ENV.SPEED ?? 1);

type Tokens = Record<Person, string>;

/** k6's options of a scenario: the same ramps and the same thresholds as `npm run load`. */
export const optionsOf = ({ stages, holds }: Scenario): Options => ({
	stages: stages.map(({ minutes, users }) => ({
		duration: `${Math.round((minutes * 60) / SPEED)}s`,
		target: users,
	})),
	thresholds: {
		http_req_duration: [`p(95)<${holds.p95_ms}`],
		http_req_failed: [`rate<${holds.failed}`],
	},
});

/** Once, before all users: who logs in is logged in. */
export function tokens(): Tokens {
	const found = {} as Tokens;
	for (const [person, credentials] of Object.entries(PEOPLE)) {
		const answer = http.post(`${URL}/api/v1/auth/login`, JSON.stringify(credentials), {
			headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
		});
		found[person as Person] = String(answer.json("access_token"));
	}
	return found;
}

/** One journey of one user. */
export function walk(scenario: Scenario, known: Tokens): void {
	const values: Record<string, string> = {
		product: String(1 + Math.floor(Math.random() * PRODUCTS)),
		session: unique(),
	};
	for (const step of journeyOf(scenario, Math.random()).steps) {
		const isRight = take(step, values, known, scenario.holds.p95_ms);
		sleep(scenario.think_s);
		if (!isRight) return;
	}
}

function take(step: Step, values: Record<string, string>, known: Tokens, limit_ms: number) {
	const { name, method, path, body, as, keyed, expects, keep } = step;
	const answer = http.request(
		method,
		`${URL}${filled(path, values)}`,
		body === undefined ? null : filled(body, values),
		{
			headers: {
				"X-API-Key": KEY,
				...(as && { Authorization: `Bearer ${known[as]}` }),
				...(keyed && { "Idempotency-Key": unique() }),
				...(body !== undefined && { "Content-Type": "application/json" }),
			},
			tags: { name },
			responseCallback: http.expectedStatuses(...expects),
		},
	);
	const isRight = expects.includes(answer.status);
	check(answer, {
		[`status is ${expects.join(" or ")}`]: () => isRight,
		[`response time < ${limit_ms}ms`]: ({ timings }) => timings.duration < limit_ms,
	});
	if (isRight && keep) values[keep.as] = String(answer.json(keep.field));
	return isRight;
}

const unique = () => `${__VU}-${__ITER}-${Date.now()}-${Math.floor(Math.random() * 1e9)}`;

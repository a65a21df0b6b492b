/**
 * Panels that may be empty after a run in which nearly everything happened, and why. Matched against
 * `board / panel / curve`; one that has data after all is reported: a few have it in one run of two.
 */
export const SILENT: readonly [where: RegExp, why: string][] = [
	[
		/^comptoir-infra \/ .* \/ \{\{datname\}\}/,
		"the exporter of PostgreSQL runs beside containers only",
	],
	[
		/^comptoir-infra \/ (Memory|Commands|Clients) \/ \{\{instance\}\}$/,
		"the exporter of Redis runs beside containers only",
	],
	[
		/^comptoir-infra \/ .* \/ \{\{process\}\}/,
		"containers are seen under compose and Kubernetes only",
	],
	[/^comptoir-infra \/ Certificate/, "the run speaks HTTP: no certificate"],
	[
		/ \/ (Alerts|Pages firing|Tickets firing) \//,
		"an alert has to have lasted: npm run verify:alert shows one",
	],
	[
		/^comptoir-events \/ (Tried again, out of order|Brought twice|Streams filled again) \//,
		"nothing was lost, repeated or failed: npm run chaos does that",
	],
	[/^comptoir-services \/ Retries of readers \//, "no reader failed: npm run chaos does that"],
	[/^comptoir-gateway \/ Shed \//, "two cores are not enough of a crowd: npm run load sheds"],
	[
		/^comptoir-services \/ Breakers opened \//,
		"who is killed is known from NATS at once: npm run chaos freezes some, and breakers open",
	],
	[
		/^comptoir-services \/ Waiting for room \//,
		"nobody had to wait for room: npm run load sees to it",
	],
	[
		/^comptoir-events \/ Connections lost and faults \/ \{\{kind\}\}/,
		"NATS was there all the time: npm run chaos takes it away",
	],
];

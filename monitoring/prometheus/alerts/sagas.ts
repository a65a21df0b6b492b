import type { Group } from "../alert.ts";

const board = "comptoir-saga";
const ENDED = "saga_orchestrator_sagas_total";
const TOOK = "saga_orchestrator_saga_duration_seconds";
const completed = `${ENDED}{status="completed"}`;
const compensated = `${ENDED}{status="compensated"}`;

/** Work that spans contexts. */
export const sagas: Group = {
	name: "sagas",
	alerts: [
		{
			name: "SagaOverdue",
			expr: "max(saga_orchestrator_overdue) > 0",
			for: "2m",
			severity: "page",
			summary: "A saga is due and nobody drives it",
			description: "An order neither ends nor is undone.",
			board,
			fires: { series: { 'saga_orchestrator_overdue{instance="a"}': 1 }, labels: [{}] },
			silent: [{ 'saga_orchestrator_overdue{instance="a"}': 0 }],
		},
		{
			name: "SagaBlocked",
			expr: "max(saga_orchestrator_blocked) > 0",
			severity: "page",
			summary: "A saga keeps failing",
			description: "Money or stock of one order is half undone. It is tried again until it ends.",
			board,
			fires: { series: { 'saga_orchestrator_blocked{instance="a"}': 1 }, labels: [{}] },
			silent: [{ 'saga_orchestrator_blocked{instance="a"}': 0 }],
		},
		{
			name: "SagaSuccessLow",
			expr: `sum(rate(${completed}[15m])) / sum(rate(${ENDED}[15m])) < 0.95 and sum(rate(${ENDED}[15m])) > 0.1`,
			for: "15m",
			severity: "ticket",
			summary: "More than one order in twenty is undone",
			description:
				"Declined cards and empty shelves look the same as a fault: see which step fails.",
			board,
			fires: { series: { [completed]: "+94", [compensated]: "+6" }, labels: [{}] },
			silent: [
				{ [completed]: "+95", [compensated]: "+5" },
				{ [completed]: "0+0x200", [compensated]: "0+1x1 1x200" },
			],
		},
		{
			name: "SagaSlow",
			expr: `histogram_quantile(0.95, sum by (le) (rate(${TOOK}_bucket[5m]))) > 5`,
			for: "10m",
			severity: "ticket",
			summary: "One saga in twenty takes longer than 5 s",
			description: "Buyers wait for their orders.",
			board,
			fires: {
				series: {
					[`${TOOK}_bucket{le="5"}`]: "+94",
					[`${TOOK}_bucket{le="10"}`]: "+100",
					[`${TOOK}_bucket{le="+Inf"}`]: "+100",
				},
				labels: [{}],
			},
			silent: [
				{
					[`${TOOK}_bucket{le="5"}`]: "+95",
					[`${TOOK}_bucket{le="10"}`]: "+100",
					[`${TOOK}_bucket{le="+Inf"}`]: "+100",
				},
			],
		},
	],
};

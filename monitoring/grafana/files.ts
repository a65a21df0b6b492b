import type { Board } from "./board.ts";
import { business } from "./boards/business.ts";
import { events } from "./boards/events.ts";
import { gateway } from "./boards/gateway.ts";
import { infra } from "./boards/infra.ts";
import { saga } from "./boards/saga.ts";
import { services } from "./boards/services.ts";
import { slo } from "./boards/slo.ts";
import { dashboard } from "./dashboard.ts";

export const BOARDS: readonly Board[] = [gateway, services, business, saga, events, slo, infra];

const json = (value: unknown) => `${JSON.stringify(value, null, "\t")}\n`;

/** The files of the boards, by name. */
export function boardFiles(): Map<string, string> {
	const files = BOARDS.map(
		(board) => [`dashboards/${board.uid}.json`, json(dashboard(board))] as const,
	);
	return new Map([...files, ["grafana_custom_dash.json", json(custom(gateway))] as const]);
}

/** For import by hand: no variables, and Grafana asks which Prometheus is meant. */
function custom(board: Board) {
	const own = { ...dashboard({ ...board, variables: [] }), uid: "comptoir-custom", editable: true };
	const text = JSON.stringify({ ...own, title: `${board.title} (imported)` })
		.replace(/\w+=~\\"\$\w+\\",?/g, "")
		.replaceAll('"uid":"prometheus"', '"uid":"$' + '{DS_PROMETHEUS}"')
		.replaceAll("{}", "");
	return {
		__inputs: [
			{
				name: "DS_PROMETHEUS",
				label: "Prometheus",
				type: "datasource",
				pluginId: "prometheus",
				pluginName: "Prometheus",
			},
		],
		__requires: [
			{ type: "grafana", id: "grafana", name: "Grafana", version: "10.0.0" },
			{ type: "datasource", id: "prometheus", name: "Prometheus", version: "1.0.0" },
		],
		...JSON.parse(text),
	};
}

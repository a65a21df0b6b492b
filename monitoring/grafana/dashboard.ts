import { type Board, type Panel, type Row, WIDE } from "./board.ts";

const SOURCE = { type: "prometheus", uid: "prometheus" };
const LOKI = { type: "loki", uid: "loki" };

const variable = (name: string, label: string, query: string) => ({
	name,
	label,
	type: "query",
	datasource: SOURCE,
	definition: query,
	query: { query, refId: name },
	refresh: 2,
	sort: 1,
	multi: true,
	includeAll: true,
	allValue: ".*",
	current: { text: ["All"], value: ["$__all"] },
});
const VARIABLES = {
	context: variable(
		"context",
		"Context",
		"label_values(moleculer_action_duration_seconds_count, service_name)",
	),
	route: variable(
		"route",
		"Route",
		"label_values(http_server_request_duration_seconds_count, route)",
	),
	instance: variable("instance", "Instance", "label_values(app_build_info, instance)"),
};

const NEW_VERSION =
	"max by (version, commit) (app_build_info) unless max by (version, commit) (app_build_info offset 2m)";
const annotations = {
	list: [
		{
			name: "Versions",
			datasource: SOURCE,
			enable: true,
			iconColor: "blue",
			expr: NEW_VERSION,
			step: "60s",
			titleFormat: "{{version}}",
			textFormat: "{{commit}}",
		},
		{
			name: "Pages",
			datasource: SOURCE,
			enable: true,
			iconColor: "red",
			expr: 'ALERTS{alertstate="firing",severity="page"}',
			step: "60s",
			titleFormat: "{{alertname}}",
			tagKeys: "service_name,instance",
		},
	],
};

/** The board as Grafana reads it. */
export function dashboard({ uid, title, description, variables, rows }: Board) {
	return {
		uid,
		title,
		description,
		tags: ["comptoir"],
		schemaVersion: 39,
		version: 1,
		editable: false,
		graphTooltip: 1,
		refresh: "10s",
		time: { from: "now-1h", to: "now" },
		timezone: "browser",
		links: [
			{ title: "Boards", type: "dashboards", tags: ["comptoir"], asDropdown: true, keepTime: true },
		],
		annotations,
		templating: { list: variables.map((name) => VARIABLES[name]) },
		panels: laidOut(rows),
	};
}

/** Left to right, then down; a row's title has a line of its own. */
function laidOut(rows: readonly Row[]) {
	let [id, y] = [0, 0];
	return rows.flatMap(({ title, panels }) => {
		const head = {
			id: ++id,
			type: "row",
			title,
			collapsed: false,
			panels: [],
			gridPos: at(0, y++, WIDE, 1),
		};
		let [x, height] = [0, 0];
		const placed = panels.map((panel) => {
			if (x + panel.width > WIDE) [x, y, height] = [0, y + height, 0];
			const drawn = { id: ++id, ...draw(panel), gridPos: at(x, y, panel.width, panel.height) };
			x += panel.width;
			height = Math.max(height, panel.height);
			return drawn;
		});
		y += height;
		return [head, ...placed];
	});
}
const at = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });

function draw({ title, type, curves, unit, why, limit }: Panel) {
	const datasource = type === "logs" ? LOKI : SOURCE;
	return {
		type,
		title,
		...(why && { description: why }),
		datasource,
		targets: Object.entries(curves).map(([legendFormat, expr], index) => ({
			refId: String.fromCharCode(65 + index),
			datasource,
			expr,
			legendFormat,
			...(type === "stat" || type === "bargauge" ? { instant: true } : { range: true }),
		})),
		...(type !== "logs" && {
			fieldConfig: { defaults: fieldOf(type, unit, limit), overrides: [] },
		}),
		options: OPTIONS[type],
	};
}

const fieldOf = (type: Panel["type"], unit: string, limit?: number) => ({
	unit,
	...(type !== "stat" && { min: 0 }),
	...(type === "timeseries" && {
		custom: {
			lineWidth: 1,
			fillOpacity: 10,
			showPoints: "never",
			thresholdsStyle: { mode: limit === undefined ? "off" : "line" },
		},
	}),
	thresholds: {
		mode: "absolute",
		steps: [
			{ color: "green", value: null },
			...(limit === undefined ? [] : [{ color: "red", value: limit }]),
		],
	},
});

const LAST = { calcs: ["lastNotNull"], fields: "", values: false };
const OPTIONS = {
	timeseries: {
		legend: { displayMode: "list", placement: "bottom", showLegend: true },
		tooltip: { mode: "multi", sort: "desc" },
	},
	stat: {
		reduceOptions: LAST,
		colorMode: "value",
		graphMode: "none",
		textMode: "value",
		justifyMode: "center",
	},
	bargauge: {
		reduceOptions: LAST,
		orientation: "horizontal",
		displayMode: "basic",
		showUnfilled: true,
	},
	logs: {
		showTime: true,
		wrapLogMessage: true,
		enableLogDetails: true,
		dedupStrategy: "exact",
		sortOrder: "Descending",
	},
};

import type { ServiceSchema } from "moleculer";
import ApiGateway from "moleculer-web";

/** Params in the validator of libraries. */
export const library: ServiceSchema = {
	name: "library",
	actions: { greet: { params: { name: "string|min:2" }, handler: () => "hello" } },
};
const aliases = {
	"GET cups": "tea.list",
	"GET cups/:id": "tea.get",
	"POST echo": "tea.echo",
	"GET failures/:how": "tea.fail",
	"GET greet": "library.greet",
};
/** moleculer-web as it comes, with the same routes. */
export const door = (settings: object, route: object = {}): ServiceSchema => ({
	name: "api",
	mixins: [ApiGateway as never],
	settings: {
		...{ port: 0, ip: "127.0.0.1" },
		...{ logRequest: null, logResponse: null, logRouteRegistration: null },
		routes: [{ path: "/api/v1", aliases, ...route }],
		...settings,
	} as object,
});

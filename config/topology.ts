/** Every context, in the order in which one process loads them: whom others ask comes first. */
export const CONTEXTS = [
	"identity",
	"stores",
	"catalog",
	"inventory",
	"customers",
	"payments",
	"orders",
	"claims",
	"carts",
	"saga",
	"notifications",
	"audit",
	"reporting",
	"metrics",
	"gateway",
] as const;

/**
 * Without whom a context cannot do its work: it is not ready while one of them is nowhere in the
 * mesh. Whom it only asks now and then (to sweep, to replay) is not among them.
 */
export const NEEDS: Readonly<Record<string, readonly string[]>> = {
	inventory: ["catalog", "stores"],
	orders: ["catalog", "customers"],
	claims: ["catalog", "customers", "orders"],
	carts: ["catalog", "customers", "stores", "saga"],
	saga: ["catalog", "customers", "inventory", "payments", "orders"],
	notifications: ["customers", "identity"],
	reporting: ["audit"],
	gateway: ["identity"],
};

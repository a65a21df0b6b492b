/** Every context, in the order in which one process loads them: whom others ask comes first. */
export const CONTEXTS = [
	"identity",
	"stores",
	"catalog",
	"inventory",
	"customers",
	"payments",
	"orders",
	"carts",
	"saga",
	"audit",
	"reporting",
	"metrics",
	"gateway",
] as const;

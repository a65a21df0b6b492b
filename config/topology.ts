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

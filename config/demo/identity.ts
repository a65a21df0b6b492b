import type { Role } from "../../lib/scope.ts";

/**
 * Accounts and keys that everybody knows, loaded only where `RETAIL_DEMO` is on, and refused
 * elsewhere. Their hashes are made beforehand: making them would hold up the first start.
 */
export const demoUsers: readonly DemoUser[] = [
	{
		id: "admin",
		username: "admin",
		email: "admin@comptoir.example",
		grant: {
			role: "admin",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$G8W/xaRzhomRAeeSXdgGeA$9l+P2wOXEvyN2l//q2DNqDW64zlrrbeOPj1P0uEA2Cs",
	},
	{
		id: "maison_mere",
		username: "maison_mere",
		email: "maison_mere@comptoir.example",
		grant: {
			role: "head_office",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$gJk04ege88xKvHuyXODfAg$5uYqSLzX8RDfVawAdSSJA5Gyp6Q5l70p1m9tejUqPIE",
	},
	{
		id: "logistique",
		username: "logistique",
		email: "logistique@comptoir.example",
		grant: {
			role: "logistics",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$iFroGo4vTrATqwKT83yldQ$ElVe5Qcqdtb2/iaxYnoUNH6pcpgUL3ugV8QPDPdHuhI",
	},
	{
		id: "gerant_1",
		username: "gerant_1",
		email: "gerant_1@comptoir.example",
		grant: {
			role: "store_manager",
			location_id: "1",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$hLjZc2MlauYuVBk3LZqfnQ$2ZMshrb8hyudk3M4F+IiCKaOfQvhxi3hgwOTvD1Z7Ho",
	},
	{
		id: "gerant_2",
		username: "gerant_2",
		email: "gerant_2@comptoir.example",
		grant: {
			role: "store_manager",
			location_id: "2",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$bZgJNltTUrm1rMXBbHip8A$e0QG/zYQa2M669vJkmzDeUglQwQehpDAehpfmrPVamM",
	},
	{
		id: "gerant_3",
		username: "gerant_3",
		email: "gerant_3@comptoir.example",
		grant: {
			role: "store_manager",
			location_id: "3",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$5vL+qG/u7f/pV+XjO0qL/A$9tSBOg6eE1fPk9d67s7xZhoiUcJnMnDv8CDI8cstqr4",
	},
	{
		id: "gerant_4",
		username: "gerant_4",
		email: "gerant_4@comptoir.example",
		grant: {
			role: "store_manager",
			location_id: "4",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$qKemXoqAlplWQTYYRzogUg$aLlAmc99tL61zn1enI0Q04f/00peFDDOst6i/CYWlAA",
	},
	{
		id: "gerant_5",
		username: "gerant_5",
		email: "gerant_5@comptoir.example",
		grant: {
			role: "store_manager",
			location_id: "5",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$26rT4Aps3rRz8FOlwp5BmQ$uUGsvt0fWAhts8slHU2aib9nJ2QZPeKQcgrezSdozj4",
	},
	{
		id: "caissier_1",
		username: "caissier_1",
		email: "caissier_1@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "1",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$c2KFC2DGNeEpKZDXLf2RVg$0ZLh2L1BDlEZ0kkwUCua/Ve948Q7dXAu+BKKSfKqsgo",
	},
	{
		id: "caissier_2",
		username: "caissier_2",
		email: "caissier_2@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "2",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$ygSUkqpncpR+tQc7xkBsVg$H8m0wIdHspitykW1qld2DwY76m/JBWEfnkdv66e1lWE",
	},
	{
		id: "caissier_3",
		username: "caissier_3",
		email: "caissier_3@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "3",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$TSCRf0F7bQWfPisgYiO8Dw$Fsmahu4owG1bZOoJd8XrCOuR4J4LmFCndF0/Zo7EX3k",
	},
	{
		id: "caissier_4",
		username: "caissier_4",
		email: "caissier_4@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "4",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$t7qdrlqh0RWEs3atdsjSng$rE1oHIkizmD1gOg6TJh98bkcGPeegGb6YtB0BMNl5WI",
	},
	{
		id: "caissier_5",
		username: "caissier_5",
		email: "caissier_5@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "5",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$Ss3dIaC3h3cprDVXQoyPmg$AIBYrZSg9Ndkb1/4adJjjs7NYNpqE3tMfT8VA83PZ9c",
	},
	{
		id: "caissiere_1",
		username: "caissiere_1",
		email: "caissiere_1@comptoir.example",
		grant: {
			role: "cashier",
			location_id: "1",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$e79EQ+VEeQ4+2PkJ4Ogg2g$+7JDYXTjTM3pacQpEkzC5D4nzBN3BUJxpE5dukqkWxU",
	},
	{
		id: "fournisseur_1",
		username: "fournisseur_1",
		email: "fournisseur_1@comptoir.example",
		grant: {
			role: "supplier",
		},
		supplier_id: "1",
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$3TDjhUUcN2w85bua/REU/w$TSTClSkAezGucUKBSBBk1NnXxb1DROn+3oFQaSOpKpg",
	},
	{
		id: "verificateur",
		username: "verificateur",
		email: "verificateur@comptoir.example",
		grant: {
			role: "auditor",
		},
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$4T6v7kjCCqS4fl19zRP4/g$kw018BzxoPud0T9H0sVFVotm5y5Nc9czPgW2MSqy1bA",
	},
	{
		id: "client_1",
		username: "client_1",
		email: "user@example.com",
		grant: {
			role: "customer",
		},
		customer_id: "1",
		password_hash:
			"$argon2id$v=19$m=19456,t=2,p=1$KF/S9OQFgjG2btnMcLJxiw$if4MSV0k7rwxE1o+vJeve9DSMh5W603qzmOSTgBUK6Y",
	},
];

/** Found by hash, since they are not of the form of those that we make. */
export const demoKeys: readonly DemoKey[] = [
	{
		id: "key_1",
		name: "admin-user",
		scopes: ["*"],
		quota_minute: 1000,
		prefix: "admi",
		last4: "2345",
		hash: "xpdxYc8qZ7qY3XBgK90BRDpQb6NOc0HFsbY3swQgUnU",
	},
	{
		id: "key_2",
		name: "frontend-app",
		scopes: [
			"customer",
			"cashier",
			"store_manager",
			"logistics",
			"head_office",
			"supplier",
			"auditor",
		],
		quota_minute: 500,
		prefix: "fron",
		last4: "7890",
		hash: "I8NMxKBRPYP2MTffEnjAiW8P9GhQUGAUa4_C_tcex54",
	},
	{
		id: "key_3",
		name: "pos-web",
		scopes: ["customer", "cashier", "store_manager", "logistics", "head_office"],
		quota_minute: 500,
		prefix: "pos-",
		last4: "-key",
		hash: "tRBwiKp-IN3hO8v3dVcWAGyrR9b4F4Fer9uF5VQIS3g",
	},
	{
		id: "key_4",
		name: "pos-mobile",
		scopes: ["customer", "cashier", "store_manager"],
		quota_minute: 300,
		prefix: "pos-",
		last4: "-key",
		hash: "9uyhmEwBenFT59b3zrE9PWvkd6Uc-X4frJj1ZqJyJRA",
	},
	{
		id: "key_5",
		name: "pos-tests",
		scopes: ["*"],
		unlimited: true,
		prefix: "pos-",
		last4: "2025",
		hash: "W0kz2ONk52ZlIZKTZqJeO7S0sabK2l3QGxpH7PJ-k_s",
	},
	{
		id: "key_6",
		name: "pos-console",
		scopes: ["admin", "auditor", "head_office", "logistics", "store_manager"],
		quota_minute: 300,
		prefix: "pos-",
		last4: "-key",
		hash: "DQzY0nyALgkGunJG6OrJZszdO_vdOoJEXZW7q_a_nBk",
	},
];

interface DemoUser {
	id: string;
	username: string;
	email: string;
	grant: { role: DemoRole; location_id?: string };
	customer_id?: string;
	supplier_id?: string;
	password_hash: string;
}
type DemoRole = Exclude<Role, "guest">;
interface DemoKey {
	id: string;
	name: string;
	/** Roles that it may carry. */
	scopes: string[];
	quota_minute?: number;
	unlimited?: boolean;
	prefix: string;
	last4: string;
	hash: string;
}

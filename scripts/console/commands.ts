import { userInfo } from "node:os";
import type { ServiceBroker } from "moleculer";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { command as order } from "../mesh/control.ts";
import type { Folder } from "../mesh/folder.ts";
import { tableFor } from "../mesh/table.ts";
import { letters } from "./letters.ts";
import { type Carry, type Line, reasonOf, worded } from "./line.ts";
import { note, occasion } from "./operator.ts";
import { outboxes } from "./outbox.ts";
import { sagaCommand } from "./sagas.ts";

export const REASON = { option: "--reason <text>", description: "why: it is recorded" };

/** Our commands, for moleculer-repl: each answers what is to be read. */
export const commands = (folder: Folder) => [
	defined("saga [what] [id]", "sagas: list, show, retry, compensate, pause, resume", sagaCommand, [
		REASON,
		{ option: "--status <status>", description: "list: in this state" },
		{ option: "--name <name>", description: "list: of this definition" },
		{ option: "--limit <count>", description: "list: at most so many" },
		{ option: "--active", description: "list: that have not ended" },
	]),
	defined("outbox", "facts that wait to leave, by context", () => outboxes(folder), []),
	defined("deadletters [what] [id]", "parked facts: list, retry, discard", letters, [
		REASON,
		{ option: "--context <context>", description: "list: of this context" },
	]),
	defined("stock <product> [location]", "the stock of a product", stock, []),
	defined("drain <process>", "have a process finish what it has begun, and end", drainer(folder), [
		REASON,
	]),
];

function defined(command: string, description: string, carry: Carry, options: object[]) {
	const action = async (broker: ServiceBroker, line: Line) => {
		try {
			const { reason } = line.options;
			if (typeof reason === "string") occasion.reason = reason;
			process.stdout.write(`${await carry(broker, line)}\n`);
		} catch (error) {
			process.stderr.write(`${explained(error)}\n`);
			process.exitCode = 1;
		} finally {
			delete occasion.reason;
		}
	};
	return { command, description, options, action } as never;
}

function explained(error: unknown): string {
	const { code, type, message, data } = error as Error & {
		code?: number;
		type?: string;
		data?: unknown;
	};
	if (!type) return message;
	return `${type}${code ? ` (${code})` : ""}: ${message}${data ? ` ${JSON.stringify(data)}` : ""}`;
}

const stock: Carry = async (broker, { product, location }) => {
	const asked = {
		product_id: worded(product, "product"),
		...(location ? { location: String(location) } : {}),
	};
	const { product_id, quantity, reserved, levels } = await inventory.get(broker, asked);
	const rows = levels.map((level) => [level.location_id, level.on_hand, level.reserved]);
	const total = `product ${product_id}: ${quantity} on hand, ${reserved} reserved`;
	return `${tableFor(["location", "on hand", "reserved"], rows)}\n${total}`;
};

/** A supervisor that is asked knows that it is meant; else it would start the process again. */
const drainer =
	(folder: Folder): Carry =>
	async (broker, line) => {
		const nodeID = worded(line.process, "process");
		const reason = reasonOf(line);
		note(folder.journal, {
			actor: `console.${userInfo().username}`,
			action: "drain",
			reason,
			to: nodeID,
		});
		const said: string[] = [];
		const isSupervised = await order(folder.socket, ["drain", nodeID, reason], (text) =>
			said.push(text),
		).then(
			() => true,
			(error: Error) => {
				if (error.message.startsWith("No mesh")) return false;
				throw error;
			},
		);
		if (isSupervised) return said.join("\n");
		await broker.call("node.drain", {}, { nodeID });
		return `${nodeID} finishes what it has begun, and ends`;
	};

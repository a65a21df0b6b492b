import type { Amounts } from "./faults.ts";
import { said } from "./faults.ts";
import type { Shown } from "./run.ts";

const RAN = 0.95;
const COMPENSATED = 0.1;
const REPAIRS_MIN = 3;

/** Why a run that found nothing would show nothing: it was too quiet. */
export function vacuity(
	{ bought, filed, struck, duplicates, repairs }: Shown,
	wanted: Amounts & { orders: number; claims: number },
): string[] {
	const ended = bought.filter(({ answer }) => answer?.body.saga_id);
	const undone = ended.filter(({ answer }) => answer?.status !== 201);
	const idle = struck.filter(({ in_flight }) => in_flight === 0);
	const due = wanted.nats + wanted.processes;
	return [
		...(ended.length < RAN * wanted.orders ? [`only ${ended.length} orders really ran`] : []),
		...(filed.length < RAN * wanted.claims ? [`only ${filed.length} claims were filed`] : []),
		...(undone.length < COMPENSATED * ended.length ? [`only ${undone.length} were undone`] : []),
		...idle.map(({ fault }) => `nothing was in flight: ${said(fault)}`),
		...(struck.length < due ? [`only ${struck.length} of ${due} faults were done`] : []),
		...(duplicates === 0 ? ["no duplicate was seen"] : []),
		...(repairs < REPAIRS_MIN ? [`only ${repairs} streams were repaired`] : []),
	];
}

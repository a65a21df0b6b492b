import { said } from "./faults.ts";
import type { Shown, Wanted } from "./run.ts";

const RAN = 0.95;
const COMPENSATED = 0.1;
const REPAIRS_MIN = 3;
/** Of what should have been lost or doubled, by its share. */
const TAMPERED_MIN = 0.5;

type Asked = Omit<Wanted, "print">;

/** Why a run that found nothing would show nothing: it was too quiet. */
export function vacuity(shown: Shown, wanted: Asked): string[] {
	const { bought, filed, struck, looks, duplicates, repairs } = shown;
	const ended = bought.filter(({ answer }) => answer?.body.saga_id);
	const undone = ended.filter(({ answer }) => answer?.status !== 201);
	const idle = struck.filter(({ live }) => live === 0);
	const due = wanted.nats + wanted.postgres + wanted.processes + wanted.freezes;
	const isLossy = wanted.wipes + wanted.rollbacks >= REPAIRS_MIN;
	return [
		...(ended.length < RAN * wanted.orders ? [`only ${ended.length} orders really ran`] : []),
		...(filed.length < RAN * wanted.claims ? [`only ${filed.length} claims were filed`] : []),
		...(undone.length < COMPENSATED * ended.length ? [`only ${undone.length} were undone`] : []),
		...idle.map(({ fault }) => `it met no live saga: ${said(fault)}`),
		...(struck.length < due ? [`only ${struck.length} of ${due} faults were done`] : []),
		...(duplicates === 0 ? ["no duplicate was seen"] : []),
		...(isLossy && repairs < REPAIRS_MIN ? [`only ${repairs} streams were repaired`] : []),
		...(looks === 0 ? ["nobody looked while it ran"] : []),
		...unmoved(shown, wanted),
		...untouched(shown, wanted),
	];
}

/** On PostgreSQL another orchestrator goes on with what a frozen one had. */
const unmoved = ({ struck }: Shown, { database }: Asked) =>
	struck
		.filter(({ taken_over }) => database === "postgres" && taken_over === 0)
		.map(({ fault }) => `nobody took over while it lasted: ${said(fault)}`);

/** An order has ten answers at least, and announces ten facts. */
function untouched({ toll, bought }: Shown, { lost, doubled }: Asked): string[] {
	const due = (share: number) => (TAMPERED_MIN * share * 10 * bought.length) / 100;
	return [
		...(toll["answers lost"] < due(lost) ? [`only ${toll["answers lost"]} answers were lost`] : []),
		...(toll["facts doubled"] < due(doubled)
			? [`only ${toll["facts doubled"]} facts were doubled`]
			: []),
		...(doubled > 0 && toll["steps doubled"] === 0 ? ["no step was doubled"] : []),
	];
}

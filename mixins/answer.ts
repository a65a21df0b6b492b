import moleculer from "moleculer";
import Type, { type Static } from "typebox";

/** What an effect has come to, the first time: a yes or a no, which repeats are given again. */
export const Answer = Type.Object({
	reply: Type.Optional(Type.Unknown()),
	refusal: Type.Optional(
		Type.Object({
			message: Type.String(),
			code: Type.Integer(),
			type: Type.String(),
			data: Type.Unknown(),
		}),
	),
});
export type Answer = Static<typeof Answer>;

export const refused = ({ message, code, type, data }: ClientError): Answer => ({
	refusal: { message, code, type, data },
});
type ClientError = moleculer.Errors.MoleculerClientError;

/** Gives a kept answer once more: returns the yes, throws the no. */
export function say({ reply, refusal }: Answer): unknown {
	if (!refusal) return reply;
	const { message, code, type, data } = refusal;
	throw new moleculer.Errors.MoleculerClientError(message, code, type, data);
}

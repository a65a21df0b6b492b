import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { gateway as config } from "../../config/gateway.ts";
import { bodyEncoding, bodyTooLarge, bodyUnexpected, mediaType } from "./gateway.contract.ts";
import { parseJson } from "./json.ts";
import { isJson } from "./negotiation.ts";

const INFLATE: Record<string, (bytes: Buffer, options: object) => Promise<Buffer>> = {
	gzip: promisify<Buffer, object, Buffer>(gunzip),
	deflate: promisify<Buffer, object, Buffer>(inflate),
	br: promisify<Buffer, object, Buffer>(brotliDecompress),
};

export const hasBody = ({ headers }: IncomingMessage): boolean =>
	headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** What can be told of a body by its headers, before anybody is asked who he is. */
export function refuseBody(req: IncomingMessage, takesBody: boolean): void {
	if (!hasBody(req)) return;
	const { method = "", headers } = req;
	if (!takesBody) throw bodyUnexpected({ method });
	if (!isJson(headers["content-type"] ?? "")) throw mediaType();
	const encoding = headers["content-encoding"] ?? "identity";
	if (encoding !== "identity" && !Object.hasOwn(INFLATE, encoding)) throw mediaType();
}

/** The body as a value; nothing when there is none. */
export async function readBody(req: IncomingMessage): Promise<{ value: unknown; bytes: number }> {
	if (!hasBody(req)) return { value: undefined, bytes: 0 };
	const raw = await read(req, config.body_bytes_max);
	const encoding = req.headers["content-encoding"] ?? "identity";
	const bytes = encoding === "identity" ? raw : await inflated(raw, encoding);
	return { value: bytes.length === 0 ? undefined : parseJson(bytes), bytes: raw.length };
}

/** What is too long is left unread, and thrown away: the socket goes on being used. */
function read(req: IncomingMessage, bytes_max: number): Promise<Buffer> {
	if (Number(req.headers["content-length"] ?? 0) > bytes_max)
		return Promise.reject(bodyTooLarge({ bytes_max }));
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let length = 0;
		const end = (settle: () => void) => {
			req.off("data", take).off("end", done).off("error", reject).off("close", cut);
			settle();
		};
		const take = (chunk: Buffer) => {
			length += chunk.length;
			if (length <= bytes_max) chunks.push(chunk);
			else
				end(() => {
					req.resume();
					reject(bodyTooLarge({ bytes_max }));
				});
		};
		const done = () => end(() => resolve(Buffer.concat(chunks)));
		const cut = () => end(() => reject(bodyEncoding()));
		req.on("data", take).on("end", done).on("error", reject).on("close", cut);
	});
}

async function inflated(bytes: Buffer, encoding: string): Promise<Buffer> {
	const bytes_max = config.body_bytes_max;
	try {
		const inflate = INFLATE[encoding];
		if (inflate) return await inflate(bytes, { maxOutputLength: bytes_max });
	} catch (err) {
		if ((err as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
			throw bodyTooLarge({ bytes_max });
	}
	throw bodyEncoding();
}

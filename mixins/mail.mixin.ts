import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { env } from "../config/env.ts";
import { mixin } from "../lib/service.ts";

const LIMIT_MS = 10_000; // of each step of a conversation with a mail server

const FOLDER = join(env.data_dir, "mail");

export interface Mail {
	/** Of the message: the same message sent twice can be told by it. */
	readonly id: string;
	readonly to: string;
	readonly subject: string;
	readonly text: string;
}

/**
 * Gives the service `this.mail(message)`: by SMTP where a server is set, else into a file of the
 * data folder, `mail/<id>.eml`, that any mail program opens.
 */
export const mail = mixin<{ mail(message: Mail): Promise<void>; closeMail(): void }>({
	created() {
		const transport = env.mail_url
			? createTransport({
					url: env.mail_url,
					connectionTimeout: LIMIT_MS,
					greetingTimeout: LIMIT_MS,
					socketTimeout: LIMIT_MS,
				})
			: createTransport({ streamTransport: true, buffer: true });
		if (!env.mail_url) mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
		this.mail = async ({ id, ...message }) => {
			const messageId = `<${id}@comptoir>`;
			const sent = await transport.sendMail({ from: env.mail_from, ...message, messageId });
			if (!env.mail_url) keep(id, (sent as { message?: unknown }).message as Buffer);
		};
		this.closeMail = () => transport.close();
	},
	stopped() {
		this.closeMail();
	},
});

/** At once: a few kilobytes cost less than three trips to other threads. */
function keep(id: string, message: Buffer): void {
	writeFileSync(join(FOLDER, `${id}.eml`), message, { mode: 0o600 });
}

/** A fact of a story, as far as it is kept. */
export interface Scene {
	readonly event: string;
	readonly message_id: string;
	/** Epoch milliseconds, by the clock of who said it. */
	readonly at: number;
	readonly actor: string;
	readonly data: Readonly<Record<string, unknown>>;
	/** The state shown outside from it on. */
	readonly state?: string;
}

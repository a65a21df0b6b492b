/** Where they wait whose facts there is no room for. */
export class Room {
	#waiting: (() => void)[] = [];

	wait(): Promise<void> {
		return new Promise((resolve) => this.#waiting.push(resolve));
	}
	open(): void {
		for (const resolve of this.#waiting) resolve();
		this.#waiting = [];
	}
}

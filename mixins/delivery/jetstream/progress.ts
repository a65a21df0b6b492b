import type { Mark, Place } from "../../bus.ts";
import type { Acknowledged } from "./outlet.ts";

/** How far a stream has acknowledged the facts of its producer, and by which ids it knows them. */
export class Progress {
	/** All up to this `feed_seq` is there. */
	safe = 0;
	mark: Mark = {};
	/** Behind each id, since the last repair: a stream that was emptied still knows the ids that it had. */
	suffix = "";

	/** From where the cursor was. One that was rewound, and no more, is in the middle of a repair. */
	resume({ feed_seq, stream_created, stream_seq, stream_message = "" }: Place): void {
		this.safe = feed_seq;
		this.mark = { stream_created, stream_seq, stream_message: stream_message || undefined };
		const isRewound = stream_created !== undefined && stream_seq === undefined;
		this.suffix = isRewound ? freshSuffix() : (/~.*$/.exec(stream_message)?.[0] ?? "");
	}

	/** False for what cannot be: a stream that gives a new fact an old place has lost facts. */
	acknowledge({ id, seq, isDuplicate }: Acknowledged): boolean {
		const { stream_seq = 0 } = this.mark;
		if (!isDuplicate && seq <= stream_seq) return false;
		if (seq > stream_seq) this.mark = { ...this.mark, stream_seq: seq, stream_message: id };
		return true;
	}

	/** Where to begin again in a stream that has lost facts: no further than what is there. */
	rewind(stream_created: string, begin: number): Place {
		this.safe = Math.min(this.safe, begin);
		this.mark = { stream_created };
		this.suffix = freshSuffix();
		return { ...this.mark, feed_seq: this.safe };
	}

	looked(stream_created: string): void {
		this.mark = { ...this.mark, stream_created };
	}
}

const freshSuffix = () => `~${Date.now().toString(36)}`;

import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { gateway as config } from "../../config/gateway.ts";

const LEVELS = 4;

/** What this process can bear: 0 is everything, and each level more gives up one class more. */
export interface Pressure {
	readonly level: number;
	stop(): void;
}

/** Looks once a second at how late the event loop is, and how full the heap. */
export function pressure(): Pressure {
	const delay = monitorEventLoopDelay({ resolution: 10 });
	delay.enable();
	const scale = scaleOf(config.pressure);
	let level = 0;
	const timer = setInterval(() => {
		const { used_heap_size, heap_size_limit } = getHeapStatistics();
		const late_ms = delay.percentile(99) / 1e6;
		delay.reset();
		level = scale({ late_ms, heap: used_heap_size / heap_size_limit }, performance.now());
	}, config.pressure.look_ms).unref();
	return {
		get level() {
			return level;
		},
		stop() {
			clearInterval(timer);
			delay.disable();
		},
	};
}

interface Bounds {
	readonly delay_ms: number;
	readonly heap: number;
	readonly after_ms: number;
}

/** One level up for each `after_ms` without a breath, one down at each look that is well. */
export function scaleOf({ delay_ms, heap, after_ms }: Bounds) {
	let since: number | undefined;
	let level = 0;
	return (seen: { late_ms: number; heap: number }, now_ms: number): number => {
		if (seen.late_ms <= delay_ms && seen.heap <= heap) {
			since = undefined;
			level = Math.max(0, level - 1);
			return level;
		}
		since ??= now_ms;
		if (now_ms - since >= after_ms) {
			since = now_ms;
			level = Math.min(LEVELS, level + 1);
		}
		return level;
	};
}

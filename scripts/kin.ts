import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 10;

/** SIGKILL to a process and to those that it has started; answers once none of them runs. */
export async function killWithKin(parent: ChildProcess): Promise<void> {
	parent.kill("SIGSTOP"); // it can start no more, and notices nothing
	const kin = running().flatMap(({ pid, ppid }) => (ppid === parent.pid ? pid : []));
	for (const pid of kin) end(pid);
	const died = once(parent, "exit");
	parent.kill("SIGKILL");
	await died;
	while (running().some(({ pid }) => kin.includes(pid))) await pause(LOOK_MS);
}

function end(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// it has ended by itself
	}
}

/** Zombies do not run: they wait for somebody to look at how they ended. */
function running(): { pid: number; ppid: number }[] {
	const { stdout, error } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" });
	if (error) throw new Error("`ps` is needed to find the processes of a server", { cause: error });
	return stdout
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, , state = "Z"]) => !state.startsWith("Z"))
		.map(([pid, ppid]) => ({ pid: Number(pid), ppid: Number(ppid) }));
}

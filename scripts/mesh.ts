import "../config/process.ts";
import { welcome } from "../config/welcome.ts";
import { command } from "./mesh/control.ts";
import { folderOf } from "./mesh/folder.ts";
import { logTo } from "./mesh/log.ts";
import { Mesh } from "./mesh/mesh.ts";
import { seconds } from "./mesh/obey.ts";
import { HELP, type Options, optionsOf } from "./mesh/options.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Runs until it is told to stop. */
async function supervise(options: Options): Promise<void> {
	const began = performance.now();
	const log = logTo(process.stdout);
	const mesh = new Mesh(options, log);
	const stop = async (signal: string) => {
		log.say(`${signal}: stopping: gateways, contexts, servers`);
		await mesh.stop();
		process.exit(0);
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(signal, () => void stop(signal));
	void mesh.stopped.then(() => process.exit(0));
	await mesh.start();
	if (process.stdout.isTTY) log.say(welcome(options.http_port).trimEnd());
	const count = mesh.members?.all.length;
	log.say(
		`ready at ${mesh.url} in ${seconds(began)} s: ${count} processes; npm run mesh -- --help`,
	);
}

try {
	const options = optionsOf(process.argv.slice(2));
	if (options.help) say(HELP);
	else if (options.command.length > 0)
		await command(folderOf(options.data_dir).socket, options.command, say);
	else await supervise(options);
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exit(1);
}

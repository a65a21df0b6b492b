const OLDEST = 24;
if (Number(process.versions.node.split(".")[0]) < OLDEST)
	throw new Error(`Comptoir needs Node ${OLDEST}: \`npm start\` brings its own`);

// Imported before all else: each is read once, when it is first needed.

// Ten databases commit at once: with the default of 4 threads reads wait behind their fsyncs.
process.env.UV_THREADPOOL_SIZE ??= "16";

/** What a person can mend is said in one line; a defect says where it is. */
export function giveUp({ name, code, message, stack }: Error & { code?: string }): never {
	const isMendable = name === "BadSetting" || code === "EADDRINUSE" || code === "EACCES";
	process.stderr.write(`Comptoir cannot go on: ${isMendable ? message : stack}\n`);
	process.exit(1);
}
process.on("uncaughtException", giveUp);

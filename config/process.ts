const OLDEST = 24;
if (Number(process.versions.node.split(".")[0]) < OLDEST)
	throw new Error(`Comptoir needs Node ${OLDEST}: \`npm start\` brings its own`);

// Ten databases commit at once: with the default of 4 threads reads wait behind their fsyncs.
// It is read when the first thread is needed, so this is imported before all else.
process.env.UV_THREADPOOL_SIZE ??= "16";

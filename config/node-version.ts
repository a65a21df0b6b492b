const OLDEST = 24;
if (Number(process.versions.node.split(".")[0]) < OLDEST)
	throw new Error(`Comptoir needs Node ${OLDEST}: \`npm start\` brings its own`);

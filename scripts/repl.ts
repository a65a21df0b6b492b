import "../config/process.ts";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { HELP } from "./console/help.ts";
import { dataDir, settle } from "./mesh/environment.ts";
import { folderOf, told } from "./mesh/folder.ts";

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { data: { type: "string" }, help: { type: "boolean", default: false } },
});

try {
	if (values.help) process.stdout.write(HELP);
	else {
		const folder = folderOf(values.data ?? dataDir());
		const { username } = userInfo();
		const user = username.replaceAll(/[^A-Za-z0-9]/g, "_"); // a part of a node's name, so of a subject
		const running = told(folder);
		settle({
			...(running && {
				...{ RETAIL_NATS_URL: running.nats_url, RETAIL_NAMESPACE: running.namespace },
				RETAIL_MESH_SECRET_FILE: folder.secret,
			}),
			...{ RETAIL_INSTANCE: `${user}-${process.pid}`, RETAIL_LOG_LEVEL: "error" },
		});
		const { open } = await import("./console/console.ts"); // reads the settings
		await open({ folder, user, line: positionals.join(" ") });
	}
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exit(1);
}

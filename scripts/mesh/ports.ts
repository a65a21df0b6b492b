import { once } from "node:events";
import { createServer } from "node:net";

/** Refuses a port that somebody has, before anything is started on it; says by which option to change it. */
export async function refuseTaken(port: number, host: string, option: string): Promise<void> {
	const server = createServer();
	server.listen(port, host);
	const [error] = await Promise.race([
		once(server, "listening").then(() => []),
		new Promise<[NodeJS.ErrnoException]>((resolve) =>
			server.once("error", (err) => resolve([err])),
		),
	]);
	if (error)
		throw new Error(
			error.code === "EADDRINUSE"
				? `Port ${port} is in use: end who has it, or choose another by ${option}`
				: `Port ${port} cannot be had (${error.message}): choose another by ${option}`,
		);
	server.close();
	await once(server, "close");
}

/** What the supervisor was given, and its processes get, with what is their own. */
export const environmentWith = (own: Record<string, string>): Record<string, string> => {
	const given = Object.entries(process.env).filter(([, value]) => value !== undefined);
	return { ...(Object.fromEntries(given) as Record<string, string>), ...own };
};

/** What a call fails with; nothing when it succeeds. */
export const failure = (work: Promise<unknown>): Promise<any> =>
	work.then(
		() => undefined,
		(err) => err,
	);

import type { Context } from "moleculer";
import { headersOf } from "./http.ts";
import { refusal } from "./refusal.ts";

export const versionConflict = refusal("VERSION_CONFLICT", 412, {
	fr: "Modifié entre-temps : la version est maintenant {version}",
	en: "Changed in the meantime: the version is now {version}",
});

/**
 * Refuses a write that was decided on another version than the row's, as `If-Match` says it:
 * `"3"`, several, or `*`. Without the header it goes through.
 */
export function expectVersion(ctx: Pick<Context, "headers">, { version }: { version: number }) {
	const expected = headersOf(ctx).if_match;
	if (expected === undefined) return;
	const tags = expected.split(",").map((tag) => tag.trim());
	if (!tags.includes("*") && !tags.includes(`"${version}"`)) throw versionConflict({ version });
}

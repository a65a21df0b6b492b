import { describe, expect, test } from "@jest/globals";
import {
	dedupeKeyOf,
	type Kept,
	namesOf,
	opened,
	RETRIES_MS,
	shown,
	tried,
} from "../../../services/notifications/notification.ts";
import { said, TEMPLATES } from "../../../services/notifications/templates.ts";

const AT = Date.parse("2026-03-01T12:00:00.000Z");
const notice = {
	recipient_type: "customer" as const,
	recipient_id: "1",
	channel: "email" as const,
	template: "claim_closed",
	payload: { claim_no: "01J" },
	cause: "msg_1",
};
const mail = (): Kept =>
	opened(notice, { id: "ntf_1", at_ms: AT, dedupe_key: dedupeKeyOf(notice) });

test("NOT-03 one cause, recipient, template and channel have one key; another of any has another", () => {
	const keys = [
		notice,
		{ ...notice, cause: "msg_2" },
		{ ...notice, recipient_id: "2" },
		{ ...notice, template: "claim_approved" },
		{ ...notice, channel: "in_app" as const },
	].map(dedupeKeyOf);
	expect(new Set(keys).size).toBe(5);
	expect(dedupeKeyOf({ ...notice, payload: {} })).toBe(keys[0]);
});

test("NOT-04 in the application a message is there at once; by e-mail it has to be carried", () => {
	expect(mail()).toMatchObject({ status: "PENDING", due_at: AT });
	const inApp = opened({ ...notice, channel: "in_app" }, { id: "n", at_ms: AT, dedupe_key: "k" });
	expect(inApp).toMatchObject({ status: "SENT", sent_at: "2026-03-01T12:00:00.000Z" });
	expect(inApp).not.toHaveProperty("due_at");
});

test("NOT-04 what fails is tried again after longer and longer, then it is dead and says why", () => {
	let kept = mail();
	for (const [n, delay_ms] of RETRIES_MS.entries()) {
		kept = tried(kept, { error: "away", isFinal: false }, AT);
		expect(kept).toMatchObject({ status: "FAILED", attempts: n + 1, due_at: AT + delay_ms });
	}
	kept = tried(kept, { error: "away", isFinal: false }, AT);
	expect(kept).toMatchObject({ status: "DEAD", error: "away" });
	expect(kept).not.toHaveProperty("due_at");
	expect(tried(mail(), { error: "nobody", isFinal: true }, AT)).toMatchObject({ status: "DEAD" });
});

test("NOT-04 what was sent after a failure forgets the failure", () => {
	const failed = tried(mail(), { error: "away", isFinal: false }, AT);
	const sent = tried(failed, { locale: "en" }, AT + 1_000);
	expect(sent).toMatchObject({ status: "SENT", attempts: 2, locale: "en" });
	expect(sent).not.toHaveProperty("error");
	expect(sent).not.toHaveProperty("due_at");
});

test("NOT-03 a message is read in the reader's language, its cents as dollars", () => {
	const made = {
		...mail(),
		template: "claim_refund_made",
		payload: { claim_no: "7", amount_cents: 123456 },
	};
	expect(shown(made, "fr").text.replaceAll(/\s/g, " ")).toBe("1 234,56 $ vous reviennent.");
	expect(shown(made, "en").text).toBe("$1,234.56 come back to you.");
	expect(shown(made, "fr")).not.toHaveProperty("payload");
});

describe.each(Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[])("%s", (name) => {
	test("NOT-03 exists in both languages, with the same holes filled or left out", () => {
		for (const locale of ["fr", "en"] as const) {
			const { title, text } = said(name, {}, locale);
			expect(`${title}${text}`).not.toMatch(/[{}]|undefined|NaN/);
		}
		expect(TEMPLATES[name].fr).not.toEqual(name === "message" ? {} : TEMPLATES[name].en);
	});
});

test("AUT-21 everybody is told under their own names only", () => {
	expect(namesOf({ actor: "u", role: "customer", customer_id: "1" })).toEqual([
		{ recipient_type: "customer", recipient_id: "1" },
	]);
	expect(namesOf({ actor: "u", role: "customer" })).toEqual([]);
	expect(namesOf({ actor: "u", role: "store_manager", location_id: "1" })).toEqual([
		{ recipient_type: "user", recipient_id: "u" },
		{ recipient_type: "role", recipient_id: "store_manager" },
		{ recipient_type: "role", recipient_id: "store_manager-1" },
	]);
});

-- SQLite cannot change a check: the table is made again. A refund of a claim says what comes back
-- with it, and how; it may be reversed.
create table refund_of_0002 (
	id           text   primary key,
	key          text   not null unique,
	effect       text   not null,
	payment_id   text   not null references payment (id),
	ref_type     text   not null check (ref_type in ('order', 'sale', 'return', 'claim')),
	ref_id       text   not null,
	amount_cents bigint not null check (amount_cents > 0),
	gst_cents    bigint check (gst_cents >= 0),
	qst_cents    bigint check (qst_cents >= 0),
	status       text   not null check (status in ('PENDING', 'SUCCEEDED', 'FAILED', 'REVERSED')),
	reason       text,
	created_at   text   not null,
	disposition  text   check (disposition in ('restock', 'damaged', 'none')),
	lines        text,
	check (gst_cents + qst_cents <= amount_cents),
	check (ref_type <> 'claim' or (disposition is not null and lines is not null)),
	check (status <> 'REVERSED' or ref_type = 'claim')
);
insert into refund_of_0002
	(id, key, effect, payment_id, ref_type, ref_id, amount_cents, gst_cents, qst_cents, status,
		reason, created_at)
	select id, key, effect, payment_id, ref_type, ref_id, amount_cents, gst_cents, qst_cents, status,
		reason, created_at from refund;
drop table refund;
alter table refund_of_0002 rename to refund;
create index refund_by_payment on refund (payment_id);
create index refund_by_effect on refund (effect);
create index refund_pending on refund (created_at) where status = 'PENDING';
create unique index refund_by_claim on refund (ref_id, payment_id) where ref_type = 'claim';

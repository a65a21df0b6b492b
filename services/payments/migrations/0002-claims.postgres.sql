-- A refund of a claim says what comes back with it, and how; it may be reversed.
alter table refund
	add column disposition text check (disposition in ('restock', 'damaged', 'none')),
	add column lines text,
	drop constraint refund_status_check,
	add constraint refund_status_check
		check (status in ('PENDING', 'SUCCEEDED', 'FAILED', 'REVERSED')),
	add check (gst_cents >= 0),
	add check (qst_cents >= 0),
	add check (gst_cents + qst_cents <= amount_cents),
	add check (ref_type <> 'claim' or (disposition is not null and lines is not null)),
	add check (status <> 'REVERSED' or ref_type = 'claim');

-- What has happened to claims: the truth. The key refuses a second event decided on the same state.
create table claim_event (
	claim_id text   not null,
	version  bigint not null check (version >= 1),
	type     text   not null,
	data     text   not null,
	at       text   not null,
	actor    text   not null,
	primary key (claim_id, version)
);

-- Each claim as the fold of its events, for lists.
create table claim (
	id           text   primary key,
	claim_no     text   not null,
	customer_id  text   not null,
	product_id   text   not null,
	quantity     bigint not null check (quantity between 1 and 1000000),
	granted      bigint check (granted between 1 and quantity),
	claim_type   text   not null check (claim_type in (
		'product_defect', 'damaged', 'missing', 'wrong_item', 'late', 'other'
	)),
	description  text   not null,
	status       text   not null check (status in (
		'SUBMITTED', 'UNDER_REVIEW', 'APPROVED', 'REFUND_PENDING', 'REFUNDED', 'STOCK_ADJUSTED',
		'CLOSED', 'REJECTED', 'COMPENSATING', 'COMPENSATED', 'MANUAL_REVIEW'
	)),
	location_id  text,
	filed_in     text,
	order_id     text,
	purchase     text,
	amount_cents bigint check (amount_cents >= 0),
	disposition  text   check (disposition in ('restock', 'damaged', 'none')),
	decided_by   text,
	reason       text,
	refund_id    text,
	submitted_at text   not null,
	updated_at   text   not null,
	version      bigint not null check (version >= 1)
);
create index claim_by_customer on claim (customer_id, id);
create index claim_by_location on claim (location_id, id);
create index claim_by_filed_in on claim (filed_in, id);
create index claim_by_status on claim (status, id);

-- What claims make of a line: whatever the code does, none is claimed twice or paid back too much.
create table claimed_line (
	order_id      text   not null,
	line          bigint not null,
	quantity      bigint not null,
	paid_cents    bigint not null,
	claimed       bigint not null check (claimed between 0 and quantity),
	granted       bigint not null check (granted between 0 and claimed),
	granted_cents bigint not null check (granted_cents between 0 and paid_cents),
	primary key (order_id, line)
);

-- Facts about a claim that came before the one that they follow.
create table claim_waiting (
	claim_id text not null,
	step     text not null,
	said     text not null,
	actor    text not null,
	primary key (claim_id, step)
);

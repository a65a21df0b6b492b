create table payment (
	id             text   primary key,
	key            text   not null unique,
	ref_type       text   not null check (ref_type in ('order', 'sale')),
	ref_id         text   not null,
	amount_cents   bigint not null,
	captured_cents bigint not null,
	refunded_cents bigint not null,
	status         text   not null check (
		status in ('CREATED', 'CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'FAILED')
	),
	method         text   not null check (method in ('credit_card', 'debit_card', 'cash')),
	provider_ref   text,
	card_brand     text,
	card_last4     text   check (length(card_last4) = 4),
	failure_code   text,
	saga_id        text,
	owned          boolean not null,
	created_at     text   not null,
	check (0 <= refunded_cents and refunded_cents <= captured_cents),
	check (captured_cents <= amount_cents),
	check (captured_cents = 0 or status not in ('CREATED', 'FAILED'))
);
create index payment_by_ref on payment (ref_id);
create index payment_by_age on payment (created_at, id);
create index payment_unowned on payment (created_at) where not owned;

create table refund (
	id           text   primary key,
	key          text   not null unique,
	effect       text   not null,
	payment_id   text   not null references payment (id),
	ref_type     text   not null check (ref_type in ('order', 'sale', 'return', 'claim')),
	ref_id       text   not null,
	amount_cents bigint not null check (amount_cents > 0),
	gst_cents    bigint,
	qst_cents    bigint,
	status       text   not null check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
	reason       text,
	created_at   text   not null
);
create index refund_by_payment on refund (payment_id);
create index refund_by_effect on refund (effect);
create index refund_pending on refund (created_at) where status = 'PENDING';
create unique index refund_by_claim on refund (ref_id, payment_id) where ref_type = 'claim';

create table card_token (
	token      text   primary key,
	card_brand text   not null,
	card_last4 text   not null check (length(card_last4) = 4),
	created_at bigint not null
);

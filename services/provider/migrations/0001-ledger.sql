create table charge (
	key            text   primary key,
	amount_cents   bigint not null check (amount_cents >= 0),
	refunded_cents bigint not null check (refunded_cents between 0 and amount_cents),
	status         text   not null check (status in ('captured', 'declined', 'cancelled')),
	failure_code   text,
	provider_ref   text   not null unique,
	created_at     bigint not null,
	check (status = 'captured' or refunded_cents = 0)
);

create table charge_refund (
	key          text   primary key,
	charge_key   text   not null references charge (key),
	amount_cents bigint not null check (amount_cents > 0),
	created_at   bigint not null
);

create table failure_config (
	id                   text   primary key check (id = 'simulator'),
	failure_rate         bigint not null check (failure_rate between 0 and 100),
	failure_amounts_cents text  not null,
	latency_ms           bigint not null check (latency_ms >= 0),
	expires_at           text
);

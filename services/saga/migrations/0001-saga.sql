create table saga (
	saga_id        text   primary key,
	shard          bigint not null,
	kind           text   not null check (kind in ('orchestrated', 'choreographed')),
	name           text   not null,
	version        bigint not null,
	hash           text   not null,
	business_key   text   not null,
	request_key    text   unique,
	request_hash   text,
	order_id       text,
	customer_id    text,
	status         text   not null,
	state          text   not null,
	step           text,
	rev            bigint not null check (rev > 0),
	epoch          bigint not null,
	blocked        bigint not null,
	paused         bigint not null,
	exceptions     bigint not null,
	wake_at        bigint,
	deadline_at    bigint not null,
	doc            text   not null,
	error          text,
	correlation_id text   not null,
	actor          text   not null,
	created_at     bigint not null,
	updated_at     bigint not null,
	finished_at    bigint,
	-- A live saga always has an alarm.
	check ((finished_at is null) = (wake_at is not null))
);
create unique index saga_by_business_key on saga (name, business_key) where status <> 'COMPENSATED';
create index saga_by_alarm on saga (shard, wake_at) where finished_at is null;
create index saga_by_order on saga (order_id);
create index saga_blocked on saga (saga_id) where blocked = 1;
create index saga_by_state on saga (state, saga_id);
create index saga_by_customer on saga (customer_id, saga_id);

create table saga_history (
	saga_id   text   not null,
	seq       bigint not null,
	at        bigint not null,
	type      text   not null,
	step      text,
	direction text,
	attempt   bigint,
	outcome   text,
	passed    text   not null,
	epoch     bigint not null,
	actor     text,
	event     text   not null,
	primary key (saga_id, seq)
);

create table saga_definition (
	name          text   not null,
	version       bigint not null,
	hash          text   not null,
	graph         text   not null,
	first_seen_at bigint not null,
	primary key (name, version)
);

create table lease (
	name       text   primary key,
	owner      text,
	epoch      bigint not null,
	expires_at bigint
);

create table event (
	position       bigint primary key check (position >= 1),
	message_id     text   not null unique,
	type           text   not null,
	version        bigint not null check (version >= 1),
	producer       text   not null,
	key            text   not null,
	key_seq        bigint not null check (key_seq >= 1),
	entity         text   not null,
	data           text   not null,
	metadata       text   not null,
	actor          text,
	actor_role     text,
	location_id    text,
	correlation_id text,
	occurred_at    bigint not null,
	recorded_at    bigint not null,
	prev_hash      text   not null check (length(prev_hash) = 64),
	hash           text   not null check (length(hash) = 64),
	unique (producer, key, key_seq)
);
create index event_by_time on event (recorded_at, position);
create index event_by_correlation on event (correlation_id, position) where correlation_id is not null;
create index event_by_key on event (key, position);
create index event_by_actor on event (actor, position) where actor is not null;
create index event_by_type on event (type, position);
create index event_by_entity on event (entity, position);
create index event_by_producer on event (producer, position);
create index event_by_role on event (actor_role, position);
create index event_by_person on event (position) where actor_role <> 'service';

-- Its lock orders all who append. `late_ms` and `early_ms` are the furthest that the two times of
-- an event have ever been apart, each way: what bounds a search by time.
create table head (
	id          text   primary key check (id = 'chain'),
	position    bigint not null check (position >= 0),
	hash        text   not null check (length(hash) = 64),
	recorded_at bigint not null,
	late_ms     bigint not null check (late_ms >= 0),
	early_ms    bigint not null check (early_ms >= 0)
);
insert into head values
	('chain', 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0, 0);

create table replay_job (
	id           text   primary key,
	target       text   not null,
	from_seq     bigint not null check (from_seq >= 1),
	to_seq       bigint not null check (to_seq >= from_seq - 1),
	status       text   not null check (status in ('PENDING', 'RUNNING', 'DONE', 'FAILED')),
	error        text,
	requested_by text   not null,
	requested_at text   not null,
	finished_at  text,
	check ((status in ('DONE', 'FAILED')) = (finished_at is not null))
);
create index replay_job_open on replay_job (id) where finished_at is null;

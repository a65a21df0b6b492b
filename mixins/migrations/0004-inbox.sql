create table inbox (
	producer text    not null,
	key      text    not null,
	last_seq bigint  not null check (last_seq >= 0),
	parked   boolean not null,
	primary key (producer, key)
);

create table dead_letter (
	producer   text   not null,
	key        text   not null,
	key_seq    bigint not null,
	message_id text   not null,
	body       text   not null,
	error      text   not null,
	attempts   bigint not null,
	parked_at  bigint not null,
	discarded  text,
	primary key (producer, key, key_seq)
);

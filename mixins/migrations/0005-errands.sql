-- What is to be done outside of this database, until it is done.
create table errand (
	kind       text   not null,
	key        text   not null,
	headers    text   not null,
	attempts   bigint not null check (attempts >= 0),
	due_at     bigint not null,
	created_at bigint not null,
	primary key (kind, key)
);
create index errand_due on errand (due_at);

-- What a context has reacted to for good, however often a fact of it is announced.
create table reaction (
	event text not null,
	about text not null,
	primary key (event, about)
);

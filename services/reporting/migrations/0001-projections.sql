-- The tables of the projections are made from their declarations: see `mixins/projections/model.ts`.
create table projection_cursor (
	name          text   primary key,
	position      bigint not null check (position >= 0),
	state         text   not null check (state in ('LIVE', 'REBUILDING', 'STALE')),
	as_of         bigint not null,
	shape         text   not null,
	generation    bigint not null,
	next_position bigint check (next_position >= 0)
);

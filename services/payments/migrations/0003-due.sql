-- What an order without a coordinator is to pay: orders say how much, inventory that it is held.
create table due (
	order_id       text    primary key,
	stage          text    not null check (stage in ('WAITING', 'TAKE', 'TAKEN', 'GIVE_BACK', 'OVER')),
	is_held        boolean not null,
	terms          text,
	correlation_id text,
	created_at     text    not null,
	check (stage in ('WAITING', 'OVER') or (is_held and terms is not null))
);
create index due_open on due (created_at) where stage in ('TAKE', 'GIVE_BACK');

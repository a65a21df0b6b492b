-- Which story each thing's facts belong to. Those that come before it has begun wait here.
create table observed (
	name         text not null,
	business_key text not null,
	saga_id      text,
	waiting      text not null,
	primary key (name, business_key)
);
create index saga_by_key on saga (business_key, saga_id);
-- What is sold is sold once, whichever way it goes.
create unique index saga_by_order_key on saga (business_key)
	where status <> 'COMPENSATED' and name in ('order-processing', 'order-choreographed');

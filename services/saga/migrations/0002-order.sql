-- The order that a saga is about, which need not be what it starts once for.
alter table saga add column order_id text;
update saga set order_id = business_key;
create index saga_by_order on saga (order_id);

create table cart (
	id          text   not null primary key,
	session_id  text,
	customer_id text,
	location_id text   not null,
	status      text   not null check (status in ('ACTIVE', 'CHECKING_OUT', 'CONVERTED', 'EXPIRED')),
	locale      text   not null check (locale in ('fr', 'en')),
	saga_id     text,
	expires_at  text   not null,
	version     bigint not null check (version >= 1),
	created_at  text   not null,
	updated_at  text   not null,
	check ((session_id is null) <> (customer_id is null))
);
-- A cart in checkout may come back: until it is known, its owner has no other.
create unique index cart_open_by_session on cart (session_id)
	where status in ('ACTIVE', 'CHECKING_OUT');
create unique index cart_open_by_customer on cart (customer_id)
	where status in ('ACTIVE', 'CHECKING_OUT');
create index cart_by_customer on cart (customer_id, id);

create table cart_item (
	id               text   not null primary key,
	cart_id          text   not null references cart (id),
	product_id       text   not null,
	location_id      text   not null,
	quantity         bigint not null check (quantity between 1 and 10000),
	unit_price_cents bigint not null check (unit_price_cents >= 0),
	name             text   not null,
	tax_class        text   not null,
	unique (cart_id, product_id, location_id)
);

create table customer (
	id         text   not null primary key,
	first_name text   not null,
	last_name  text   not null,
	email      text,
	phone      text,
	locale     text   not null check (locale in ('fr', 'en')),
	status     text   not null check (status in ('active', 'archived')),
	version    bigint not null check (version >= 1),
	created_at text   not null,
	updated_at text   not null,
	names      text   not null
);
create unique index customer_by_email on customer (lower(email));

create table customer_address (
	id          text not null primary key,
	customer_id text not null references customer (id),
	label       text,
	line1       text not null,
	line2       text,
	city        text not null,
	province    text not null,
	postal_code text,
	country     text not null,
	created_at  text not null
);
create index customer_address_by_customer on customer_address (customer_id, id);

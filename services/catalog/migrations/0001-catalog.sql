create table product (
	id             text   primary key,
	sku            text   not null unique,
	name_fr        text   not null check (trim(name_fr) <> ''),
	name_en        text   not null check (trim(name_en) <> ''),
	description_fr text   not null,
	description_en text   not null,
	brand          text,
	tax_class      text   not null,
	price_cents    bigint not null check (price_cents between 0 and 10000000000),
	status         text   not null check (status in ('draft', 'active', 'archived')),
	version        bigint not null check (version > 0),
	name_sort      text   not null,
	search         text   not null
);
-- A list is read in the order of one of these, whatever else it asks for.
create index product_by_sku on product (status, sku, id);
create index product_by_name on product (status, name_sort, id);
create index product_by_price on product (status, price_cents, id);

-- `gtin` is the code with zeros in front: 8, 12, 13 and 14 digits of one number are one barcode.
create table barcode (
	gtin       text   primary key,
	code       text   not null,
	product_id text   not null references product (id),
	pack_qty   bigint not null check (pack_qty > 0),
	check (length(code) in (8, 12, 13, 14) and trim(code, '0123456789') = ''),
	check (gtin = substr('000000' || code, length(code) - 7, 14)),
	check ((
		3 * (
			cast(substr(gtin, 1, 1) as integer) + cast(substr(gtin, 3, 1) as integer)
			+ cast(substr(gtin, 5, 1) as integer) + cast(substr(gtin, 7, 1) as integer)
			+ cast(substr(gtin, 9, 1) as integer) + cast(substr(gtin, 11, 1) as integer)
			+ cast(substr(gtin, 13, 1) as integer)
		)
		+ cast(substr(gtin, 2, 1) as integer) + cast(substr(gtin, 4, 1) as integer)
		+ cast(substr(gtin, 6, 1) as integer) + cast(substr(gtin, 8, 1) as integer)
		+ cast(substr(gtin, 10, 1) as integer) + cast(substr(gtin, 12, 1) as integer)
		+ cast(substr(gtin, 14, 1) as integer)
	) % 10 = 0)
);
create index barcode_by_product on barcode (product_id);

-- The database makes the path, and a parent's path is part of the reference to it: a move carries
-- all below it along, and a cycle, whose path would have no end, meets the limit of its length.
create table category (
	id          text   primary key,
	parent_id   text,
	parent_path text,
	name_fr     text   not null check (trim(name_fr) <> ''),
	name_en     text   not null check (trim(name_en) <> ''),
	path        text   generated always as (coalesce(parent_path, '/') || id || '/') stored,
	version     bigint not null check (version > 0),
	check ((parent_id is null) = (parent_path is null)),
	check (length(path) <= 400),
	unique (id, path),
	foreign key (parent_id, parent_path) references category (id, path) on update cascade
);
create index category_by_parent on category (parent_id, parent_path);
create index category_by_path on category (path);

create table product_category (
	product_id  text not null references product (id),
	category_id text not null references category (id),
	primary key (product_id, category_id)
);
create index product_category_by_category on product_category (category_id, product_id);

create table supplier (
	id             text   primary key,
	code           text   not null unique,
	name           text   not null check (trim(name) <> ''),
	contact        text,
	lead_time_days bigint not null check (lead_time_days >= 0),
	language       text   not null check (language in ('fr', 'en')),
	version        bigint not null check (version > 0)
);

create table supplier_product (
	supplier_id   text   not null references supplier (id),
	product_id    text   not null references product (id),
	supplier_sku  text   not null,
	cost_cents    bigint not null check (cost_cents >= 0),
	min_order_qty bigint not null check (min_order_qty > 0),
	primary key (supplier_id, product_id)
);
create index supplier_product_by_product on supplier_product (product_id, cost_cents);

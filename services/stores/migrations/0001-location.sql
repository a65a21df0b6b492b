create table location (
	id         text   primary key,
	code       text   not null unique,
	name_fr    text   not null check (trim(name_fr) <> ''),
	name_en    text   not null check (trim(name_en) <> ''),
	type       text   not null check (type in ('store', 'logistics_centre', 'head_office', 'online', 'in_transit')),
	aliases    text   not null,
	district   text,
	address    text,
	province   text   not null,
	timezone   text   not null,
	gst_no     text,
	qst_no     text,
	day_cutoff text   not null,
	status     text   not null check (status in ('active', 'archived')),
	version    bigint not null check (version > 0)
);
create index location_by_code on location (status, type, code);

-- Names are folded: "Magasin 1", "MAGASIN 1" and "magasin 1" are one, and name one location.
create table location_name (
	name        text primary key check (name = lower(name) and name = trim(name) and name <> ''),
	location_id text not null references location (id)
);
create index location_name_by_location on location_name (location_id);

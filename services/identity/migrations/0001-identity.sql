-- "user" is a word of PostgreSQL's own.
create table user_account (
	id                   text    primary key,
	username             text    not null,
	email                text    not null,
	password_hash        text    not null check (password_hash like '$argon2id$%'),
	locale               text    not null check (locale in ('fr', 'en')),
	status               text    not null check (status in ('active', 'disabled')),
	must_change_password boolean not null,
	demo                 boolean not null,
	customer_id          text,
	supplier_id          text,
	version              bigint  not null check (version >= 1)
);
create unique index user_account_by_username on user_account (lower(username));
create unique index user_account_by_email on user_account (lower(email));

create table user_role (
	user_id     text not null references user_account (id),
	role        text not null check (role in ('customer', 'cashier', 'store_manager', 'logistics',
		'head_office', 'admin', 'supplier', 'auditor')),
	location_id text,
	check ((role in ('cashier', 'store_manager')) = (location_id is not null))
);
create unique index user_role_by_user on user_role (user_id, role, coalesce(location_id, ''));
create index user_role_by_location on user_role (location_id, role);

create table refresh_token (
	id         text primary key,
	user_id    text not null references user_account (id),
	family     text not null,
	hash       text not null unique,
	started_at text not null,
	expires_at text not null check (expires_at > started_at),
	used_at    text,
	used_by    text,
	revoked_at text
);
create unique index refresh_token_by_family on refresh_token (family)
	where used_at is null and revoked_at is null;
create index refresh_token_by_user on refresh_token (user_id, family);

create table api_key (
	id           text    primary key,
	name         text    not null,
	prefix       text    not null,
	last4        text    not null,
	hash         text    not null unique,
	scopes       text    not null,
	quota_minute bigint  check (quota_minute >= 1),
	quota_hour   bigint  check (quota_hour >= 1),
	unlimited    boolean not null,
	status       text    not null check (status in ('ACTIVE', 'ROTATING', 'REVOKED')),
	demo         boolean not null,
	created_at   text    not null,
	expires_at   text,
	last_used_at text,
	check (status <> 'ROTATING' or expires_at is not null)
);
-- Two live keys at most, and two only while rotating.
create unique index api_key_by_name_active on api_key (name) where status = 'ACTIVE';
create unique index api_key_by_name_rotating on api_key (name) where status = 'ROTATING';

create table login_attempt (
	seq      $identity,
	username text    not null,
	ip       text    not null,
	ok       boolean not null,
	at       text    not null
);
create index login_attempt_by_username on login_attempt (username, at);
create index login_attempt_by_time on login_attempt (at);

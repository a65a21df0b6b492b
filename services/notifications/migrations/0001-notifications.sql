create table notification (
	id             text   primary key,
	recipient_type text   not null check (recipient_type in ('customer', 'user', 'role', 'webhook')),
	recipient_id   text   not null,
	channel        text   not null check (channel in ('in_app', 'email', 'webhook')),
	template       text   not null,
	payload        text   not null,
	locale         text   check (locale in ('fr', 'en')),
	status         text   not null check (status in ('PENDING', 'SENT', 'READ', 'FAILED', 'DEAD')),
	attempts       bigint not null check (attempts >= 0),
	error          text,
	-- One message per cause, recipient and channel, however often the cause is heard.
	dedupe_key     text   not null unique,
	created_at     text   not null,
	due_at         bigint,
	sent_at        text,
	read_at        text,
	-- What is still to be sent always has its time.
	check ((status in ('PENDING', 'FAILED')) = (due_at is not null)),
	check (status <> 'SENT' or sent_at is not null)
);
create index notification_by_recipient on notification (recipient_type, recipient_id, id);
create index notification_due on notification (due_at) where due_at is not null;

create table webhook_subscription (
	id          text primary key,
	url         text not null,
	secret      text not null,
	event_types text not null,
	status      text not null check (status in ('ACTIVE', 'ENDED')),
	created_at  text not null
);

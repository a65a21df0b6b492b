alter table outbox_cursor add column stream_created text;
alter table outbox_cursor add column stream_seq bigint;
alter table outbox_cursor add column stream_message text;

-- Whose span it goes on in, where its trace is one that is kept.
alter table saga add column traceparent text;

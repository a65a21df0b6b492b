create table demo (
	loaded_at bigint not null primary key
);

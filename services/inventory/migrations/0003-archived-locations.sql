-- Where nothing can be shelved any more, as stores has said.
create table archived_location (
	location_id text not null primary key
);

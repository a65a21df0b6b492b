-- The checks are the last line of defence: whatever the code does, nothing is oversold.
create table stock_level (
	location_id text   not null,
	product_id  text   not null,
	on_hand     bigint not null default 0 check (on_hand >= 0),
	reserved    bigint not null default 0 check (reserved >= 0),
	min_qty     bigint not null default 0 check (min_qty >= 0),
	max_qty     bigint check (max_qty >= min_qty),
	reorder_qty bigint not null default 0 check (reorder_qty >= 0),
	version     bigint not null default 1,
	primary key (location_id, product_id)
);
create index stock_level_by_product on stock_level (product_id);

-- The ledger. A level is the sum of its movements.
create table stock_movement (
	seq            $identity,
	id             text   not null unique,
	location_id    text   not null,
	product_id     text   not null,
	on_hand_delta  bigint not null,
	reserved_delta bigint not null,
	type           text   not null check (type in (
		'opening', 'receipt', 'reserve', 'release', 'sale', 'void', 'return', 'restore',
		'transfer_out', 'transfer_in', 'adjustment', 'damage', 'loss', 'claim_refund'
	)),
	ref_type       text   not null,
	ref_id         text   not null,
	line           bigint not null,
	reason         text,
	actor_id       text   not null,
	occurred_at    text   not null,
	check (on_hand_delta <> 0 or reserved_delta <> 0 or type = 'opening'),
	unique (ref_id, ref_type, line, type)
);
create index stock_movement_by_product on stock_movement (product_id, seq);

-- What a saga or a transfer holds, the clock does not give back.
create table reservation (
	id          text   not null primary key,
	owner_type  text   not null check (owner_type in ('saga', 'sale', 'transfer', 'cart')),
	owner_id    text   not null,
	location_id text   not null,
	product_id  text   not null,
	quantity    bigint not null check (quantity > 0),
	status      text   not null check (status in ('HELD', 'COMMITTED', 'RELEASED', 'EXPIRED')),
	expires_at  text   check (expires_at is null or owner_type not in ('saga', 'transfer')),
	unique (owner_id, owner_type, location_id, product_id)
);
create index reservation_expiring on reservation (expires_at)
	where status = 'HELD' and expires_at is not null;

-- Owners that come without a saga: what was given back before it was held stays given back.
create table hold (
	owner_id text not null primary key
);

create table stock_alert (
	id          text   not null primary key,
	location_id text   not null,
	product_id  text   not null,
	kind        text   not null check (kind in ('out', 'low', 'over')),
	threshold   bigint not null,
	level       bigint not null,
	status      text   not null check (status in ('OPEN', 'ACKNOWLEDGED', 'RESOLVED')),
	opened_at   text   not null
);
create unique index stock_alert_open on stock_alert (location_id, product_id, kind)
	where status <> 'RESOLVED';

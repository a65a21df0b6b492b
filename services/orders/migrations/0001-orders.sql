create table orders (
	id             text   primary key,
	order_no       text   not null,
	customer_id    text   not null,
	contact        text,
	cart_id        text,
	saga_id        text   unique,
	mode           text   not null check (mode in ('orchestrated', 'choreographed')),
	status         text   not null check (status in (
		'PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'COMPLETED', 'CANCEL_PENDING', 'CANCELLED'
	)),
	payment_id     text,
	payment_method text   not null check (payment_method in ('credit_card', 'debit_card', 'cash')),
	ship_to        text,
	bill_to        text,
	province       text   not null,
	subtotal_cents bigint not null check (subtotal_cents >= 0),
	discount_cents bigint not null check (discount_cents between 0 and subtotal_cents),
	shipping_cents bigint not null check (shipping_cents >= 0),
	gst_cents      bigint not null check (gst_cents >= 0),
	qst_cents      bigint not null check (qst_cents >= 0),
	total_cents    bigint not null,
	currency       text   not null check (currency = 'CAD'),
	locale         text   check (locale in ('fr', 'en')),
	placed_at      text   not null,
	version        bigint not null check (version >= 1),
	check (status in ('PENDING', 'CANCELLED') or payment_id is not null),
	check (
		total_cents = subtotal_cents - discount_cents + shipping_cents + gst_cents + qst_cents
	)
);
create index orders_pending on orders (placed_at) where status = 'PENDING';
create index orders_by_age on orders (placed_at, id);
create index orders_by_customer on orders (customer_id, placed_at, id);

create table order_line (
	order_id         text   not null references orders (id),
	line             bigint not null,
	product_id       text   not null,
	description      text   not null,
	quantity         bigint not null check (quantity between 1 and 1000000),
	unit_price_cents bigint not null check (unit_price_cents >= 0),
	tax_class        text   not null,
	net_cents        bigint not null check (net_cents >= 0),
	gst_cents        bigint not null check (gst_cents >= 0),
	qst_cents        bigint not null check (qst_cents >= 0),
	location_id      text   not null,
	qty_shipped      bigint not null check (qty_shipped between 0 and quantity),
	qty_returned     bigint not null check (qty_returned between 0 and qty_shipped),
	primary key (order_id, line)
);

create table order_history (
	order_id text   not null references orders (id),
	version  bigint not null,
	"from"   text,
	"to"     text   not null,
	at       text   not null,
	actor    text   not null,
	primary key (order_id, version)
);

create table shipment (
	id           text primary key,
	order_id     text not null unique references orders (id),
	customer_id  text not null,
	carrier      text not null,
	tracking_no  text,
	status       text not null check (status in ('PREPARED', 'SHIPPED', 'DELIVERED')),
	shipped_at   text,
	delivered_at text,
	check (status = 'PREPARED' or shipped_at is not null),
	check ((status = 'DELIVERED') = (delivered_at is not null))
);
create index shipment_by_customer on shipment (customer_id, id);

-- A card that was shown for an order is found by it: what is told of the order need not say which.
alter table card_token add column order_id text;
create unique index card_token_by_order on card_token (order_id) where order_id is not null;

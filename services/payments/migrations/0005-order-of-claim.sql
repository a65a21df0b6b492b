-- A refund of a claim names the order that the goods were sold by.
alter table refund add column order_id text;

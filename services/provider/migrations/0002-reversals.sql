-- A refund keeps its first answer; one that was made may be reversed, once, or stands for good.
alter table charge_refund add column status text not null default 'succeeded'
	check (status in ('succeeded', 'declined', 'reversed', 'stands'));

-- What the configuration concerns; captures alone, unless it says more.
alter table failure_config add column operations text;

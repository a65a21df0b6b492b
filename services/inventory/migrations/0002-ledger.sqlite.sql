create trigger stock_movement_never_changes before update on stock_movement
begin select raise(abort, 'the ledger is append-only'); end;

create trigger stock_movement_never_goes before delete on stock_movement
begin select raise(abort, 'the ledger is append-only'); end;

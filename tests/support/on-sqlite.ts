import { test } from "@jest/globals";
import { isPostgres } from "./dialect.ts";

/** A test of what only SQLite has: its files, its plans, its one writer. */
export const onSqlite = isPostgres ? test.skip : test;

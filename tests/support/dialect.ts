/** What the tests run on: SQLite, unless they are told of a PostgreSQL server. */
export const isPostgres = Boolean(process.env.RETAIL_DATABASE_URL);

/** `n $identity`, as the migrations have it. */
export const IDENTITY = isPostgres
	? "bigint generated always as identity primary key"
	: "integer primary key autoincrement";

/** The names of the tables of a context, asked of its own database. */
export const TABLES = isPostgres
	? "select tablename as name from pg_tables where schemaname = current_schema() order by 1"
	: "select name from sqlite_master where type = 'table' order by name";

// SQLite for Swift: the library's own header, and typed wrappers for what Swift does not import from it (variadic
// functions, and macros that cast integers to pointers).
#ifndef NUMBERS_CSQLITE_SHIM_H
#define NUMBERS_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is an integer cast to a function pointer: SQLite copies the bytes before the call returns.
static inline int no_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 bytes) {
    return sqlite3_bind_text64(statement, index, text, bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}
static inline int no_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *blob, sqlite3_uint64 bytes) {
    return sqlite3_bind_blob64(statement, index, blob, bytes, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic; every switch that is used takes an int and a place for the answer.
static inline int no_sqlite3_db_switch(sqlite3 *database, int operation, int value) {
    int result = 0;
    return sqlite3_db_config(database, operation, value, &result);
}

// sqlite3_config is variadic, and only has effect before the library is first used in the process.
static inline int no_sqlite3_config_int(int operation, int value) { return sqlite3_config(operation, value); }

#endif

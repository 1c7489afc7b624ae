// StoreSQLite: the embedded back end of `Store`: one database file in the data folder, one process at a time.
//
// From the bottom: `SQLiteConnection` and `SQLiteStatement` wrap the library, `SQLiteErrors` names its failures,
// `Migrations` brings a file up to date, `DataFolder` refuses unfit file systems and holds the lock, `GroupWriter`
// commits what gathered while the disk was busy, `SQLiteDatabase` puts these on the two store lanes, and
// `SQLiteAccountStore` speaks `AccountStore`. Read next: `SQLiteDatabase.swift`.

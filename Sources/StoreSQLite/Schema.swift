/// The schema's history. Times are milliseconds since 1970; ids are UUIDs in text; digests are 32 bytes.
enum Schema {
    static let migrations: [Migration] = [
        Migration(
            version: 1, name: "identity and audit",
            sql: """
                CREATE TABLE epoch (
                    id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL) STRICT;
                INSERT INTO epoch (id, value) VALUES (1, 0);

                CREATE TABLE account (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
                    role TEXT NOT NULL, password TEXT, must_change INTEGER NOT NULL, disabled INTEGER NOT NULL,
                    created INTEGER NOT NULL, expires INTEGER, remove_after INTEGER) STRICT, WITHOUT ROWID;
                CREATE TABLE team (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
                    created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE membership (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    team TEXT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
                    PRIMARY KEY (account, team)) STRICT, WITHOUT ROWID;
                CREATE INDEX membership_team ON membership (team);

                CREATE TABLE token (
                    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    label TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, scopes INTEGER NOT NULL, kind TEXT NOT NULL,
                    created INTEGER NOT NULL, expires INTEGER, last_used INTEGER) STRICT, WITHOUT ROWID;
                CREATE INDEX token_account ON token (account);
                CREATE TABLE session (
                    digest BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    surface TEXT NOT NULL, created INTEGER NOT NULL, last_used INTEGER NOT NULL,
                    idle_expiry INTEGER NOT NULL, absolute_expiry INTEGER NOT NULL, user_agent TEXT NOT NULL,
                    address TEXT NOT NULL) STRICT, WITHOUT ROWID;
                CREATE INDEX session_account ON session (account);

                CREATE TABLE invitation (
                    id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, role TEXT NOT NULL,
                    team TEXT REFERENCES team (id) ON DELETE CASCADE, created INTEGER NOT NULL,
                    expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE bootstrap (
                    id INTEGER PRIMARY KEY CHECK (id = 1), digest BLOB NOT NULL, expires INTEGER NOT NULL) STRICT;

                CREATE TABLE audit (
                    sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
                    subject TEXT NOT NULL, detail TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
                """)
    ]
}

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
                """),
        Migration(
            version: 2, name: "jobs and files",
            sql: """
                CREATE TABLE job (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    public_id TEXT NOT NULL, client_id TEXT, place REAL NOT NULL, place_given INTEGER NOT NULL,
                    state TEXT NOT NULL, submitted INTEGER NOT NULL, started INTEGER, ended INTEGER,
                    cancel_requested INTEGER, attempts INTEGER NOT NULL DEFAULT 0, signature BLOB NOT NULL,
                    bytes INTEGER NOT NULL, workflow_id TEXT, failure_code TEXT, failure_message TEXT,
                    UNIQUE (account, public_id)) STRICT;
                CREATE INDEX job_open ON job (sequence) WHERE ended IS NULL;
                CREATE INDEX job_line ON job (account, place, sequence, state, bytes) WHERE ended IS NULL;
                CREATE INDEX job_age ON job (account, sequence);
                CREATE INDEX job_end ON job (account, ended, sequence) WHERE ended IS NOT NULL;
                CREATE TABLE job_document (
                    job INTEGER PRIMARY KEY REFERENCES job (sequence) ON DELETE CASCADE,
                    prompt BLOB NOT NULL, extra_data BLOB NOT NULL, outputs_wanted BLOB NOT NULL, plan BLOB NOT NULL,
                    credentials BLOB, outputs BLOB, status BLOB, meta BLOB, summary BLOB) STRICT;
                CREATE TABLE job_counter (
                    account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                    next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                -- How many jobs of a state an account has; lists of thousands tell their length at once.
                CREATE TABLE job_tally (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, state TEXT NOT NULL,
                    jobs INTEGER NOT NULL, PRIMARY KEY (account, state)) STRICT, WITHOUT ROWID;
                CREATE TRIGGER job_added AFTER INSERT ON job BEGIN
                    INSERT INTO job_tally VALUES (new.account, new.state, 1)
                        ON CONFLICT (account, state) DO UPDATE SET jobs = jobs + 1;
                END;
                CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN old.state <> new.state BEGIN
                    UPDATE job_tally SET jobs = jobs - 1 WHERE account = old.account AND state = old.state;
                    INSERT INTO job_tally VALUES (new.account, new.state, 1)
                        ON CONFLICT (account, state) DO UPDATE SET jobs = jobs + 1;
                END;
                CREATE TRIGGER job_removed AFTER DELETE ON job BEGIN
                    UPDATE job_tally SET jobs = jobs - 1 WHERE account = old.account AND state = old.state;
                END;
                CREATE TABLE attempt (
                    id TEXT PRIMARY KEY, job INTEGER NOT NULL REFERENCES job (sequence) ON DELETE CASCADE,
                    ordinal INTEGER NOT NULL, worker TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER,
                    outcome TEXT) STRICT, WITHOUT ROWID;
                CREATE INDEX attempt_job ON attempt (job);

                CREATE TABLE asset (
                    hash BLOB PRIMARY KEY, size INTEGER NOT NULL, media_type TEXT NOT NULL,
                    created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE job_input (
                    job INTEGER NOT NULL REFERENCES job (sequence) ON DELETE CASCADE,
                    asset BLOB NOT NULL REFERENCES asset (hash), PRIMARY KEY (job, asset)) STRICT, WITHOUT ROWID;
                CREATE INDEX job_input_asset ON job_input (asset);
                CREATE TABLE file (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, type TEXT NOT NULL,
                    subfolder TEXT NOT NULL, name TEXT NOT NULL, asset BLOB NOT NULL REFERENCES asset (hash),
                    created INTEGER NOT NULL, job INTEGER REFERENCES job (sequence) ON DELETE SET NULL,
                    attempt TEXT, source TEXT, PRIMARY KEY (account, type, subfolder, name)) STRICT, WITHOUT ROWID;
                CREATE INDEX file_asset ON file (asset);
                CREATE INDEX file_age ON file (account, type, created);
                CREATE UNIQUE INDEX file_source ON file (job, source) WHERE job IS NOT NULL;
                CREATE TABLE file_counter (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, type TEXT NOT NULL,
                    subfolder TEXT NOT NULL, prefix TEXT NOT NULL, last INTEGER NOT NULL,
                    PRIMARY KEY (account, type, subfolder, prefix)) STRICT, WITHOUT ROWID;
                """),
        Migration(
            version: 3, name: "what people keep for themselves",
            sql: """
                -- Bytes lie apart, so that a list does not read them.
                CREATE TABLE user_file (
                    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    path TEXT NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
                    UNIQUE (account, path)) STRICT;
                CREATE TABLE user_content (
                    file INTEGER PRIMARY KEY REFERENCES user_file (id) ON DELETE CASCADE, bytes BLOB NOT NULL) STRICT;
                -- What comfy.settings.json holds instead of bytes; the rowid is the order.
                CREATE TABLE user_setting (
                    file INTEGER NOT NULL REFERENCES user_file (id) ON DELETE CASCADE, key TEXT NOT NULL,
                    value BLOB NOT NULL, UNIQUE (file, key)) STRICT;
                CREATE TABLE user_usage (
                    account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, files INTEGER NOT NULL,
                    bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TRIGGER user_file_added AFTER INSERT ON user_file BEGIN
                    INSERT INTO user_usage VALUES (new.account, 1, new.size)
                        ON CONFLICT (account) DO UPDATE SET files = files + 1, bytes = bytes + new.size;
                END;
                CREATE TRIGGER user_file_changed AFTER UPDATE OF size ON user_file BEGIN
                    UPDATE user_usage SET bytes = bytes + new.size - old.size WHERE account = new.account;
                END;
                CREATE TRIGGER user_file_removed AFTER DELETE ON user_file BEGIN
                    UPDATE user_usage SET files = files - 1, bytes = bytes - old.size WHERE account = old.account;
                END;
                """),
        Migration(
            version: 4, name: "graphs that kill workers",
            sql: """
                -- Apart from the jobs, which their owners may forget.
                CREATE TABLE worker_death (
                    signature BLOB NOT NULL, time INTEGER NOT NULL, worker TEXT NOT NULL,
                    account TEXT NOT NULL) STRICT;
                CREATE INDEX worker_death_signature ON worker_death (signature);
                """),
        Migration(
            version: 5, name: "usage, quotas and retention",
            sql: """
                ALTER TABLE job ADD COLUMN queue_until INTEGER;
                ALTER TABLE job ADD COLUMN run_limit INTEGER;
                ALTER TABLE job ADD COLUMN retry_of TEXT;
                CREATE INDEX job_overdue ON job (queue_until) WHERE state = 'queued' AND queue_until IS NOT NULL;
                -- Apart from the jobs, which their owners may forget. Days are counted from 1970.
                CREATE TABLE usage (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, day INTEGER NOT NULL,
                    workflow TEXT NOT NULL, jobs INTEGER NOT NULL, failed INTEGER NOT NULL,
                    gpu_milliseconds INTEGER NOT NULL, bytes INTEGER NOT NULL,
                    PRIMARY KEY (account, day, workflow)) STRICT, WITHOUT ROWID;
                CREATE INDEX usage_day ON usage (day);
                -- What an account keeps, each file counted under every name it has.
                CREATE TABLE file_tally (
                    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, type TEXT NOT NULL,
                    files INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (account, type)) STRICT, WITHOUT ROWID;
                INSERT INTO file_tally SELECT account, type, COUNT(*), SUM(size)
                    FROM file JOIN asset ON hash = asset GROUP BY account, type;
                CREATE TRIGGER file_added AFTER INSERT ON file BEGIN
                    INSERT INTO file_tally
                        VALUES (new.account, new.type, 1, (SELECT size FROM asset WHERE hash = new.asset))
                        ON CONFLICT (account, type) DO UPDATE SET files = files + 1, bytes = bytes + excluded.bytes;
                END;
                CREATE TRIGGER file_changed AFTER UPDATE OF asset ON file BEGIN
                    UPDATE file_tally SET bytes = bytes + (SELECT size FROM asset WHERE hash = new.asset)
                        - (SELECT size FROM asset WHERE hash = old.asset)
                        WHERE account = new.account AND type = new.type;
                END;
                CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN
                    UPDATE file_tally SET files = files - 1,
                        bytes = bytes - (SELECT size FROM asset WHERE hash = old.asset)
                        WHERE account = old.account AND type = old.type;
                END;
                """),
        Migration(
            version: 6, name: "what people note about files",
            sql: """
                -- One for each file, kept in step by triggers. A deleted one is hidden: the file stays.
                CREATE TABLE asset_reference (
                    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    type TEXT NOT NULL, subfolder TEXT NOT NULL, file TEXT NOT NULL, name TEXT NOT NULL, metadata TEXT,
                    preview TEXT, hidden INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,
                    updated INTEGER NOT NULL, accessed INTEGER NOT NULL,
                    UNIQUE (account, type, subfolder, file)) STRICT, WITHOUT ROWID;
                CREATE INDEX asset_reference_age ON asset_reference (account, created, id);
                CREATE TABLE asset_tag (
                    reference TEXT NOT NULL REFERENCES asset_reference (id) ON DELETE CASCADE, tag TEXT NOT NULL,
                    PRIMARY KEY (reference, tag)) STRICT, WITHOUT ROWID;
                INSERT INTO asset_reference (id, account, type, subfolder, file, name, created, updated, accessed)
                    SELECT lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4'
                    || substr(lower(hex(randomblob(2))), 2) || '-' || substr('89ab', 1 + (random() & 3), 1)
                    || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6))),
                    account, type, subfolder, name, name, created, created, created FROM file;
                CREATE TRIGGER file_noted AFTER INSERT ON file BEGIN
                    INSERT INTO asset_reference (id, account, type, subfolder, file, name, created, updated, accessed)
                    SELECT lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4'
                    || substr(lower(hex(randomblob(2))), 2) || '-' || substr('89ab', 1 + (random() & 3), 1)
                    || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6))),
                    new.account, new.type, new.subfolder, new.name, new.name, new.created, new.created, new.created;
                END;
                CREATE TRIGGER file_noted_again AFTER UPDATE OF asset ON file BEGIN
                    UPDATE asset_reference SET updated = new.created, hidden = 0
                        WHERE account = new.account AND type = new.type AND subfolder = new.subfolder
                            AND file = new.name;
                END;
                CREATE TRIGGER file_unnoted AFTER DELETE ON file BEGIN
                    DELETE FROM asset_reference
                        WHERE account = old.account AND type = old.type AND subfolder = old.subfolder
                            AND file = old.name;
                END;
                """),
        Migration(
            version: 7, name: "what is left at workers",
            sql: """
                ALTER TABLE attempt ADD COLUMN marker TEXT;
                -- Apart from the jobs, which their owners may forget.
                CREATE TABLE worker_marker (worker TEXT PRIMARY KEY, attempt TEXT NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE given_up (
                    attempt TEXT PRIMARY KEY, worker TEXT NOT NULL, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                """),
    ]
}

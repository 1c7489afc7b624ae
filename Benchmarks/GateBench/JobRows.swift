internal import CSQLite

/// Jobs written straight into a store that the gate's own program has made: the way by the gate would take hours.
struct JobRows {
    enum Kind: String {
        /// Have run; with the documents that lists and histories show.
        case ended
        /// Wait.
        case queued
    }

    let kind: Kind
    let count: Int

    /// All of them belong to the account `user-0` when it is few, so that its lists are long; many are spread over all.
    private var accounts: Int { count > 10_000 ? Seed.accounts : 1 }

    func write(to database: String) throws(BenchError) {
        let connection = try Database(database)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN")
        let ended = kind == .ended
        try connection.execute(
            """
            CREATE TEMP TABLE owner AS SELECT CAST(substr(name, 6) AS INTEGER) AS number, id FROM account
                WHERE name LIKE 'user-%';
            CREATE UNIQUE INDEX temp.owner_number ON owner (number);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO job (sequence, account, public_id, client_id, place, place_given, state, submitted, started, ended,
                attempts, signature, bytes, workflow_id)
            SELECT i, id, lower(printf('%08x-5a5a-4a5a-8a5a-%012x', i, i * 7919)), '0123456789abcdef0123456789abcdef',
                CAST(i AS REAL), 0, \(ended ? "'succeeded'" : "'queued'"), 1763000000000 + i * 1000,
                \(ended ? "1763000000500 + i * 1000" : "NULL"), \(ended ? "1763000004500 + i * 1000" : "NULL"),
                \(ended ? 1 : 0), zeroblob(32), 5000, NULL
            FROM n JOIN owner ON number = i % \(accounts);
            INSERT INTO job_counter SELECT account, COUNT(*) + 1 FROM job GROUP BY account;
            """)
        // What a start reads, and no more, where there are a million.
        if count <= 10_000 {
            try connection.execute(
                """
                INSERT INTO job_document (job, prompt, extra_data, outputs_wanted, plan, outputs, status, meta, summary)
                SELECT sequence, CAST('{"1": ' || json_quote(printf('%1500s', 'x')) || '}' AS BLOB),
                    CAST('{"client_id": "0123456789abcdef0123456789abcdef"}' AS BLOB), CAST('["9"]' AS BLOB),
                    CAST('{}' AS BLOB),
                    CAST('{"9": {"images": [{"filename": "ComfyUI_00001_.png", "subfolder": "", "type": "output"}]}}' AS BLOB),
                    CAST('{"status_str": "success", "completed": true, "messages": []}' AS BLOB), CAST('{}' AS BLOB),
                    CAST('{"outputs_count":1,"preview_output":{"filename":"ComfyUI_' || printf('%05d', sequence)
                        || '_.png","subfolder":"","type":"output","nodeId":"9","mediaType":"images"}}' AS BLOB)
                FROM job;
                """)
        }
        try connection.execute("COMMIT")
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}

/// A connection of the benchmark's own; closed with its last reference.
@safe final class Database {
    private let handle: OpaquePointer

    /// Makes the file if need be.
    init(_ path: String) throws(BenchError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard unsafe sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw BenchError("\(path) cannot be opened")
        }
        unsafe handle = opened
        unsafe sqlite3_busy_timeout(handle, 5_000)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws(BenchError) {
        guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchError(unsafe "\(String(cString: sqlite3_errmsg(handle))) in \(sql.prefix(60))")
        }
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws(BenchError) -> Int? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer : nil
    }

    func prepare(_ sql: String) throws(BenchError) -> Prepared {
        var made: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made = unsafe made else {
            throw BenchError(unsafe String(cString: sqlite3_errmsg(handle)))
        }
        return unsafe Prepared(made)
    }

    /// A statement that is run many times.
    @safe final class Prepared {
        private let statement: OpaquePointer

        fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = statement }
        deinit { unsafe sqlite3_finalize(statement) }

        /// True for a row; the statement begins anew after the last.
        func step() throws(BenchError) -> Bool {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: return true
            case SQLITE_DONE:
                unsafe sqlite3_reset(statement)
                return false
            case let code: throw BenchError("SQLite failed: \(code)")
            }
        }

        var integer: Int { Int(unsafe sqlite3_column_int64(statement, 0)) }
        func bind(_ bytes: [UInt8]) { _ = unsafe gate_bind_blob(statement, 1, bytes, Int32(bytes.count)) }
    }
}

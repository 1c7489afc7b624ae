internal import Basics
internal import CLinux
internal import CSQLite
internal import Store

/// A value for a placeholder.
enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    static func integer(_ value: Int) -> SQLiteValue { .integer(Int64(value)) }
    static func flag(_ value: Bool) -> SQLiteValue { .integer(value ? 1 : 0) }
    static func text(orNull value: String?) -> SQLiteValue { value.map(SQLiteValue.text) ?? .null }
    static func blob(orNull value: [UInt8]?) -> SQLiteValue { value.map(SQLiteValue.blob) ?? .null }
    static func time(_ value: Timestamp) -> SQLiteValue { .integer(value.milliseconds) }
    static func time(_ value: Timestamp?) -> SQLiteValue { value.map { .integer($0.milliseconds) } ?? .null }
    static func id(_ value: UUID) -> SQLiteValue { .text(value.description) }
    static func digest(_ value: Digest32) -> SQLiteValue { .blob(value.bytes) }
}

/// One connection and its prepared statements.
///
/// Not `Sendable`: whoever holds it uses it from one thread at a time. Statements are prepared once for each SQL text;
/// the texts are literals in this target, so the cache is bounded by the source.
@safe final class SQLiteConnection {
    enum Mode { case readWrite, readOnly }

    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Opens an existing file.
    ///
    /// - Parameter busyMilliseconds: How long a lock of another process is waited for.
    init(path: String, mode: Mode, busyMilliseconds: Int32 = 5_000) throws(GateError) {
        var opened: OpaquePointer?
        // NOMUTEX: the owner already guarantees one thread at a time.
        let access = mode == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let code = unsafe sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let number = gate_errno()
            let reason = unsafe String(cString: sqlite3_errmsg(opened))
            unsafe sqlite3_close_v2(opened)
            throw SQLiteErrors.error(code, system: number, "open: \(reason)")
        }
        unsafe handle = opened
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, busyMilliseconds)
        try execute("PRAGMA foreign_keys = ON")
        // Views and triggers of a file that somebody edited must not reach functions with side effects.
        try execute("PRAGMA trusted_schema = OFF")
    }

    deinit {
        statements.removeAll()
        unsafe sqlite3_close_v2(handle)
    }

    /// False once SQLite itself has rolled the open transaction back, as it does when the disk is full.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
    /// Rows touched by the last statement.
    var changes: Int { Int(unsafe sqlite3_changes64(handle)) }
    /// The key of the row inserted last.
    var lastRow: Int { Int(unsafe sqlite3_last_insert_rowid(handle)) }

    /// Runs one or more statements without placeholders.
    func execute(_ sql: String) throws(GateError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code, sql).error }
    }

    /// Runs a statement that answers with no rows, and returns the number of rows it touched.
    @discardableResult
    func run(_ sql: String, _ values: SQLiteValue...) throws(GateError) -> Int {
        do throws(SQLiteFailure) { return try attempt(sql, values) } catch { throw error.error }
    }

    /// As `run`, with the library's code in the failure.
    @discardableResult
    func attempt(_ sql: String, _ values: [SQLiteValue]) throws(SQLiteFailure) -> Int {
        let statement = try statement(for: sql)
        defer { statement.reset() }
        try check(statement.bind(values), sql)
        let code = statement.step()
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code, sql) }
        return changes
    }

    /// All rows, each read by `read` while it is current.
    func query<Value>(
        _ sql: String, _ values: SQLiteValue..., read: (SQLiteRow) throws(GateError) -> Value
    ) throws(GateError) -> [Value] {
        do throws(SQLiteFailure) {
            let statement = try statement(for: sql)
            defer { statement.reset() }
            try check(statement.bind(values), sql)
            var found: [Value] = []
            while true {
                switch statement.step() {
                case SQLITE_ROW:
                    do throws(GateError) { found.append(try read(SQLiteRow(statement: statement))) } catch {
                        throw SQLiteFailure(code: SQLITE_CORRUPT, error: error)
                    }
                case SQLITE_DONE: return found
                case let code: throw failure(code, sql)
                }
            }
        } catch { throw error.error }
    }

    private func statement(for sql: String) throws(SQLiteFailure) -> SQLiteStatement {
        if let known = statements[sql] { return known }
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw failure(code, sql) }
        let statement = unsafe SQLiteStatement(owning: prepared)
        statements[sql] = statement
        return statement
    }

    private var message: String { unsafe String(cString: sqlite3_errmsg(handle)) }

    private func check(_ code: Int32, _ sql: String) throws(SQLiteFailure) {
        if code != SQLITE_OK { throw failure(code, sql) }
    }

    private func failure(_ code: Int32, _ sql: String) -> SQLiteFailure {
        // The library's own copy, sqlite3_system_errno, does not know of failed commits.
        let number = gate_errno()
        return SQLiteFailure(
            code: code, error: SQLiteErrors.error(code, system: number, "\(message) in \(sql.prefix(80))"))
    }
}

/// A prepared statement; finalised with its last reference.
@safe final class SQLiteStatement {
    private let handle: OpaquePointer

    init(owning handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe sqlite3_finalize(handle) }

    func bind(_ values: [SQLiteValue]) -> Int32 {
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let code: Int32
            switch value {
            case .null: code = unsafe sqlite3_bind_null(handle, place)
            case .integer(let number): code = unsafe sqlite3_bind_int64(handle, place, number)
            case .real(let number): code = unsafe sqlite3_bind_double(handle, place, number)
            case .text(let text): code = unsafe gate_bind_text(handle, place, text, Int32(text.utf8.count))
            case .blob(let bytes): code = unsafe gate_bind_blob(handle, place, bytes, Int32(bytes.count))
            }
            if code != SQLITE_OK { return code }
        }
        return SQLITE_OK
    }

    func step() -> Int32 { unsafe sqlite3_step(handle) }

    /// Back to the start, bound values forgotten: a secret's digest need not stay in memory.
    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    func type(_ column: Int32) -> Int32 { unsafe sqlite3_column_type(handle, column) }
    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The bytes where they lie; good until the next step.
    func withBytes<Value>(_ column: Int32, _ body: (Span<UInt8>) -> Value) -> Value {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return body(Span()) }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        let buffer = unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
        return unsafe body(buffer.span)
    }
}

/// The current row; columns count from 0. A value of another type than asked for is damage, not nil.
struct SQLiteRow {
    fileprivate let statement: SQLiteStatement

    func isNull(_ column: Int32) -> Bool { statement.type(column) == SQLITE_NULL }

    func integer(_ column: Int32) throws(GateError) -> Int {
        guard statement.type(column) == SQLITE_INTEGER else { throw wrong(column) }
        return Int(statement.integer(column))
    }
    func optionalInteger(_ column: Int32) throws(GateError) -> Int? { isNull(column) ? nil : try integer(column) }
    func flag(_ column: Int32) throws(GateError) -> Bool { try integer(column) != 0 }
    func real(_ column: Int32) throws(GateError) -> Double {
        guard statement.type(column) == SQLITE_FLOAT else { throw wrong(column) }
        return statement.real(column)
    }
    func time(_ column: Int32) throws(GateError) -> Timestamp {
        Timestamp(milliseconds: Int64(try integer(column)))
    }
    func optionalID(_ column: Int32) throws(GateError) -> UUID? { isNull(column) ? nil : try id(column) }
    func optionalTime(_ column: Int32) throws(GateError) -> Timestamp? { isNull(column) ? nil : try time(column) }

    func text(_ column: Int32) throws(GateError) -> String {
        guard statement.type(column) == SQLITE_TEXT, let text = statement.withBytes(column, Self.text) else {
            throw wrong(column)
        }
        return text
    }
    /// Nil for what is not UTF-8.
    private static func text(_ bytes: Span<UInt8>) -> String? {
        guard let valid = try? UTF8Span(validating: bytes) else { return nil }
        return String(copying: valid)
    }
    func optionalText(_ column: Int32) throws(GateError) -> String? { isNull(column) ? nil : try text(column) }

    func blob(_ column: Int32) throws(GateError) -> [UInt8] {
        guard statement.type(column) == SQLITE_BLOB else { throw wrong(column) }
        return statement.bytes(column)
    }

    func optionalBlob(_ column: Int32) throws(GateError) -> [UInt8]? { isNull(column) ? nil : try blob(column) }

    func id(_ column: Int32) throws(GateError) -> UUID {
        guard statement.type(column) == SQLITE_TEXT, let id = statement.withBytes(column, { UUID($0) }) else {
            throw wrong(column)
        }
        return id
    }
    func digest(_ column: Int32) throws(GateError) -> Digest32 {
        guard statement.type(column) == SQLITE_BLOB, let digest = statement.withBytes(column, { Digest32($0) }) else {
            throw wrong(column)
        }
        return digest
    }
    /// A value of an enumeration that is stored by name.
    func word<Value: RawRepresentable>(_ column: Int32) throws(GateError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try text(column)) else { throw wrong(column) }
        return value
    }

    private func wrong(_ column: Int32) -> GateError { SQLiteErrors.corrupt("column \(column) holds an alien value") }
}

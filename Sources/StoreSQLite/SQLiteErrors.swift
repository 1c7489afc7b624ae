internal import Basics
internal import CSQLite
internal import Glibc
internal import Store

/// Names SQLite's result codes (sqlite.org/rescode.html) in the gate's words.
enum SQLiteErrors {
    /// - Parameters:
    ///   - code: A result code, extended or not.
    ///   - number: The system's error number behind it; 0 when there is none.
    ///   - detail: `sqlite3_errmsg` and what was being done; for the log.
    static func error(_ code: Int32, system number: Int32 = 0, _ detail: String) -> GateError {
        let detail = "\(detail) [sqlite \(code)]"
        // SQLite says that the disk is full when a write fails, but not when a sync or its shared memory does.
        switch (code & 0xFF, number) {
        case (SQLITE_FULL, _), (SQLITE_IOERR, ENOSPC), (SQLITE_IOERR, EDQUOT), (SQLITE_CANTOPEN, ENOSPC),
            (SQLITE_CANTOPEN, EDQUOT):
            return GateError(
                .storeFull, from: .gateway, "The gate's disk is full; free space on it and try again.", detail: detail)
        case (SQLITE_READONLY, _), (SQLITE_PERM, _), (SQLITE_AUTH, _), (SQLITE_IOERR, EROFS),
            (SQLITE_CANTOPEN, EROFS):
            return GateError(
                .storeReadOnly, from: .gateway, "The gate's store cannot be written; check its owner and its disk.",
                detail: detail)
        default: break
        }
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return GateError(
                .storeBusy, from: .gateway, "Another program holds the gate's store; try again in a moment.",
                detail: detail)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_MISMATCH:
            return corrupt(detail)
        case SQLITE_IOERR, SQLITE_NOLFS:
            return GateError(
                .storeIO, from: .gateway, "The gate's disk reported an error; look at the system's log.", detail: detail
            )
        default:
            return GateError(
                .storeUnavailable, from: .gateway, "The gate's store does not work; look at the gate's log.",
                detail: detail)
        }
    }

    static func corrupt(_ detail: String) -> GateError {
        GateError(
            .storeCorrupt, from: .gateway, "The gate's store is damaged; restore it from a backup.", detail: detail)
    }

    static func isConstraint(_ code: Int32) -> Bool { code & 0xFF == SQLITE_CONSTRAINT }
}

/// A failed statement: the library's code beside the error, so that a caller can turn a constraint into a rule.
struct SQLiteFailure: Error {
    let code: Int32
    let error: GateError

    var isConstraint: Bool { SQLiteErrors.isConstraint(code) }
    /// A key that must be unique, or a reference that must exist.
    var isUnique: Bool { code == uniqueCode || code == primaryKeyCode }
    var isForeignKey: Bool { code == foreignKeyCode }
}

// Extended codes are macros with arithmetic, which Swift does not import: SQLITE_CONSTRAINT | n << 8.
private let foreignKeyCode: Int32 = 19 | 3 << 8
private let primaryKeyCode: Int32 = 19 | 6 << 8
private let uniqueCode: Int32 = 19 | 8 << 8

public import Basics
internal import Glibc
internal import Loop
internal import Store

/// What a failed call on the asset folder means for whoever wanted it.
enum AssetFailure {
    /// - Parameter what: The call and its path, for the log.
    static func error(_ what: String, _ number: Int32) -> GateError {
        let (code, message): (GateError.Code, String) =
            switch number {
            case ENOSPC, EDQUOT:
                (.storeFull, "The gate's disk is full; free space on it and try again.")
            case EACCES, EPERM, EROFS:
                (.storeReadOnly, "The data folder cannot be written; check its owner and its disk.")
            case EFBIG:
                (
                    .storeIO,
                    "The system lets the gate write no file of this size; raise its limit (ulimit -f), or use a "
                        + "disk that holds larger files."
                )
            case EMFILE, ENFILE:
                (.overloaded, "Too many files are open; try again in a moment, or raise the limit (ulimit -n).")
            default:
                (.storeIO, "The data folder does not work; check its path and its disk.")
            }
        return GateError(code, from: .gateway, message, detail: "\(what): \(systemMessage(number))")
    }

    static func tooLarge(limit: Int) -> GateError {
        GateError(.requestTooLarge, from: .client, "The file is larger than \(limit) bytes.")
    }

    static var missing: GateError { GateError(.notFound, from: .client, "There is no such file.") }
}

extension GateError.Code {
    /// Bytes that come are more than the limit for them.
    public static let requestTooLarge: Self = "request_too_large"
}

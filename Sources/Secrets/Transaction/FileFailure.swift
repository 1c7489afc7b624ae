public import Basics
internal import Glibc
internal import Loop

/// Why a file stops a change; never holds content.
struct FileFailure: Error, Hashable {
    enum Cause: Hashable {
        /// An `errno` and the call it came from.
        case system(Int32, call: String)
        /// The content is not what the plan was made from.
        case changed
        case verification
        /// A directory, a device, a pipe.
        case notAFile
        case outsideRoot
        case linkLoop
        case badPath
        case readOnly
        case tooLarge(limit: Int)
        case tooMany(limit: Int)
        case tooMuch(limit: Int)
        case twice
        case deletionInPlace
    }

    /// As people know it: relative to the root, or a path in the state folder.
    let path: String
    let cause: Cause

    init(_ path: String, _ cause: Cause) { (self.path, self.cause) = (path, cause) }

    /// The failure of the call just made.
    static func last(_ path: String, _ call: String, _ code: Int32 = errno) -> FileFailure {
        FileFailure(path, .system(code, call: call))
    }

    /// The error number, if a call failed.
    var code: Int32? {
        if case .system(let code, _) = cause { code } else { nil }
    }
}

extension FileFailure {
    /// - Parameter ending: What holds now, as the last sentence.
    func error(_ ending: Message) -> GateError { error(ending()) }

    func error(_ ending: Phrase? = FileMessages.unchanged()) -> GateError {
        let (code, message) = words
        var arguments = ["path": path]
        switch cause {
        case .tooLarge(let limit), .tooMany(let limit), .tooMuch(let limit): arguments["limit"] = "\(limit)"
        default: break
        }
        let phrase = Phrase(message, arguments)
        var detail: Phrase?
        if case .system(let number, let call) = cause {
            let reason = systemPhrase(number)
            detail = Phrase(
                en: "\(call): \(reason.text(in: .english))", fr: "\(call) : \(reason.text(in: .french))")
        }
        return GateError(code, from: .gateway, ending.map { phrase + $0 } ?? phrase, detail: detail)
    }

    private var words: (GateError.Code, Message) {
        switch cause {
        case .system(let number, _): Self.words(number)
        case .changed: (.locationChanged, FileMessages.changed)
        case .verification: (.locationChanged, FileMessages.verification)
        case .notAFile: (.locationRefused, FileMessages.notAFile)
        case .outsideRoot: (.locationRefused, FileMessages.outsideRoot)
        case .linkLoop: (.locationRefused, FileMessages.linkLoop)
        case .badPath: (.invalidArgument, FileMessages.badPath)
        case .readOnly: (.locationReadOnly, FileMessages.readOnly)
        case .tooLarge: (.locationRefused, FileMessages.tooLarge)
        case .tooMany: (.invalidArgument, FileMessages.tooMany)
        case .tooMuch: (.invalidArgument, FileMessages.tooMuch)
        case .twice: (.invalidArgument, FileMessages.twice)
        case .deletionInPlace: (.invalidArgument, FileMessages.deletionInPlace)
        }
    }

    private static func words(_ number: Int32) -> (GateError.Code, Message) {
        switch number {
        case ENOSPC, EDQUOT: (.locationFull, FileMessages.full)
        case EROFS: (.locationReadOnly, FileMessages.readOnlyDisk)
        case EACCES: (.locationReadOnly, FileMessages.notAllowed)
        case EPERM: (.locationReadOnly, FileMessages.immutable)
        case EBUSY: (.locationRefused, FileMessages.mounted)
        case ENOENT, ENOTDIR: (.locationMissing, FileMessages.noFolder)
        case EEXIST: (.locationChanged, FileMessages.made)
        default: (.locationIO, FileMessages.disk)
        }
    }
}

extension GateError.Code {
    /// A file is not what the plan was made from.
    public static let locationChanged: Self = "location_changed"
    public static let locationMissing: Self = "location_missing"
    public static let locationReadOnly: Self = "location_read_only"
    public static let locationRefused: Self = "location_refused"
    public static let locationFull: Self = "location_full"
    public static let locationIO: Self = "location_io"
    /// A transaction is half done and could not be undone now.
    public static let changeUnfinished: Self = "change_unfinished"
    public static let journalDamaged: Self = "journal_damaged"
}

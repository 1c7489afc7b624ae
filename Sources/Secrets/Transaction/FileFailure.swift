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
    func error(_ ending: String = "Nothing was changed.") -> GateError {
        let (code, words): (GateError.Code, String) =
            switch cause {
            case .system(let number, _): Self.words(number, path)
            case .changed:
                (.locationChanged, "\(path) has changed since the change was planned: plan it again.")
            case .verification:
                (.locationChanged, "\(path) does not hold what was written: see who else writes it, and try again.")
            case .notAFile: (.locationRefused, "\(path) is not a plain file: name the file itself.")
            case .outsideRoot:
                (
                    .locationRefused,
                    "\(path) leads out of the root folder: choose a root that holds the file, or make "
                        + "its link relative."
                )
            case .linkLoop: (.locationRefused, "\(path) is a link to itself: mend the link.")
            case .badPath: (.invalidArgument, "\(path) is no path of a file: correct the location.")
            case .readOnly:
                (
                    .locationReadOnly,
                    "\(path) is read-only: allow its owner to write it (chmod u+w), or remove the "
                        + "location."
                )
            case .tooLarge(let limit):
                (.locationRefused, "\(path) is larger than \(limit) bytes: is it the right file?")
            case .tooMany(let limit):
                (.invalidArgument, "\(path) is larger than the limit of \(limit) files: make it in several.")
            case .tooMuch(let limit):
                (.invalidArgument, "With \(path) the change is larger than \(limit) bytes: make it in several.")
            case .twice: (.invalidArgument, "\(path) is named twice, or by two of its names: name it once.")
            case .deletionInPlace:
                (
                    .invalidArgument,
                    "\(path) is mounted by itself and cannot be deleted: take it out of the compose file "
                        + "first."
                )
            }
        var detail: String?
        if case .system(let number, let call) = cause { detail = "\(call): \(systemMessage(number))" }
        return GateError(code, from: .gateway, ending.isEmpty ? words : words + " " + ending, detail: detail)
    }

    private static func words(_ number: Int32, _ path: String) -> (GateError.Code, String) {
        switch number {
        case ENOSPC, EDQUOT: (.locationFull, "The disk of \(path) is full: free space on it and try again.")
        case EROFS:
            (.locationReadOnly, "\(path) lies on a file system that is mounted read-only: mount it for writing.")
        case EACCES:
            (.locationReadOnly, "\(path) may not be written: run this as the owner of the file and its folder.")
        case EPERM:
            (
                .locationReadOnly,
                "\(path) may not be changed: run this as its owner, and take its immutable flag away (chattr -i)."
            )
        case EBUSY: (.locationRefused, "\(path) is mounted by itself: mark the location to be written in place.")
        case ENOENT, ENOTDIR: (.locationMissing, "The folder of \(path) is not there: make it, or mount its disk.")
        case EEXIST: (.locationChanged, "\(path) has been made by somebody else meanwhile: plan the change again.")
        default: (.locationIO, "\(path) could not be written: check its disk.")
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

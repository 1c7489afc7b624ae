// A transaction over a small tree, for scripts/test-transactions, which stops it at every call that changes something.
//
// usage: TransactionCrashHelper old|new FOLDER            lays the tree, as it is before or after the change
//        TransactionCrashHelper run|recover FOLDER STATE
// Status: 0 done, 1 refused and as before, 3 half done, 4 the helper itself failed.
import Basics
import Glibc
import Secrets

/// One file of the tree; every content has a word that must never be in a message.
struct Location {
    let path: String
    /// How the change names it, if by a link.
    var alias: String?
    var old: [UInt8]?
    var new: [UInt8]?
    var mode: UInt32 = 0o600
    /// Nil leaves the mode as it is.
    var narrow: UInt32?
    var inPlace = false
}

func text(_ word: String, lines: Int) -> [UInt8] {
    Array(String(repeating: "TOKEN='S3CRET-\(word)'\n", count: lines).utf8)
}

let locations = [
    Location(path: ".env", old: text("old", lines: 1), new: text("new", lines: 2), mode: 0o640, narrow: 0o600),
    Location(path: "qwen/.env", alias: "links/qwen.env", old: text("old", lines: 400), new: text("new", lines: 300)),
    Location(
        path: ".secrets/api.token", old: text("old", lines: 3), new: text("new", lines: 1), mode: 0o644, narrow: 0o600,
        inPlace: true),
    Location(
        path: "login/PASSWORD", old: text("old", lines: 200), new: text("new", lines: 900), mode: 0o600, inPlace: true),
    Location(path: "video/.env", old: nil, new: text("new", lines: 1), mode: 0o600),
    Location(path: "forge/.env", old: text("old", lines: 1), new: nil),
    Location(path: "master.env", old: text("same", lines: 1), new: text("same", lines: 1), mode: 0o664, narrow: 0o600),
]

func fail(_ words: String, _ status: Int32) -> Never {
    let line = Array("\(words)\n".utf8)
    _ = unsafe write(2, line, line.count)
    exit(status)
}

func lay(_ folder: String, new: Bool) {
    for name in ["", "/qwen", "/.secrets", "/login", "/video", "/forge", "/links"] {
        guard unsafe mkdir(folder + name, 0o755) == 0 else { fail("mkdir \(folder)\(name)", 4) }
    }
    guard unsafe symlink("../qwen/.env", "\(folder)/links/qwen.env") == 0 else { fail("symlink", 4) }
    for location in locations {
        guard let bytes = new ? location.new : location.old else { continue }
        let file = unsafe open("\(folder)/\(location.path)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0, unsafe write(file, bytes, bytes.count) == bytes.count,
            fchmod(file, new ? location.narrow ?? location.mode : location.mode) == 0
        else {
            fail("write \(location.path)", 4)
        }
        close(file)
    }
}

let words = CommandLine.arguments
do throws(GateError) {
    switch (words.dropFirst().first, words.count) {
    case ("old", 3): lay(words[2], new: false)
    case ("new", 3): lay(words[2], new: true)
    case ("run", 4):
        let transaction = try FileTransaction(root: words[2], state: words[3])
        let outcome = try transaction.run(
            locations.map { location in
                FileChange(
                    location.alias ?? location.path, now: location.old.map { .content($0) } ?? .absent,
                    replacement: location.new.map { .content($0) } ?? .deletion,
                    mode: location.narrow ?? location.mode, permissions: location.narrow == nil ? .keep : .narrow,
                    inPlace: location.inPlace)
            })
        for warning in outcome.warnings { print("warning: \(warning.message)") }
        print("changed \(outcome.changed.count)")
    case ("recover", 4):
        let report = try FileTransaction(root: words[2], state: words[3]).recover()
        for conflict in report.conflicts { print("conflict: \(conflict.message)") }
        print("recovered: \(report.result)")
    default: fail("usage: TransactionCrashHelper old|new FOLDER, or run|recover FOLDER STATE", 4)
    }
} catch {
    fail(error.description, error.code == .changeUnfinished ? 3 : 1)
}

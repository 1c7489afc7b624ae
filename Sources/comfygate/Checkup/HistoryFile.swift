internal import Basics
internal import Checkup
internal import CLinux
internal import CommandLineKit
internal import Glibc
internal import Loop

/// The history of one installation's checks. It lies with the user, not in the project: a check changes nothing there.
struct HistoryFile: Sendable {
    private static let limit = 4 << 20

    /// Nil where there is no home to keep it in.
    private let path: String?

    /// - Parameter root: The project's folder, as it was named.
    init(of root: String, environment: [String: String]) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
        // XDG Base Directory Specification 0.8: state that outlives a restart.
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home.map { $0 + "/.local/state" }
        guard let state, let real = unsafe realpath(root, nil) else {
            path = nil
            return
        }
        defer { unsafe free(real) }
        let place = unsafe String(cString: real)
        let name =
            place.split(separator: "/").last.map { $0.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } } ?? ""
        let digest = Hex.encode(Array(Digest.sha256(Array(place.utf8)).prefix(6)))
        path = "\(state)/comfygate/checks/\(name.prefix(40))-\(digest).jsonl"
    }

    func read() -> CheckHistory {
        guard let path, let bytes = try? FileBytes.read(path, limit: Self.limit) else { return CheckHistory() }
        return CheckHistory(parsing: bytes)
    }

    /// Where it cannot be kept, a check is worth as much without it.
    func write(_ history: CheckHistory) {
        guard let path else { return }
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            _ = unsafe mkdir(folder, 0o700)
        }
        _ = ReportFile.replace(path, with: history.bytes)
    }
}

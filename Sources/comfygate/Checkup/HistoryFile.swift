internal import Basics
internal import Checkup
internal import CLinux
internal import CommandLineKit
internal import Glibc
internal import Loop

/// The history of one installation's checks. It lies with the user, not in the project: a check changes nothing there.
struct HistoryFile: Sendable {
    private static let unkept = Message(
        "check.history.unkept", en: "the scores cannot be kept there: {reason}",
        fr: "les notes ne peuvent y être gardées : {reason}")
    private static let homeless = Message(
        "check.history.homeless", en: "there is no place to keep the scores: neither this variable nor HOME is set",
        fr: "il n’y a pas d’endroit où garder les notes : ni cette variable ni HOME n’est définie")
    private static let remedy = Message(
        "check.history.remedy",
        en: "Set XDG_STATE_HOME to a folder that you may write to; --no-history does without.",
        fr: "Donnez à XDG_STATE_HOME un dossier où vous pouvez écrire ; --no-history s’en passe.")
    static let messages = [unkept, homeless, remedy]

    private static let limit = 4 << 20

    /// Of one installation and one choice of checks: `genai-0f2c44d1a2b3`.
    let name: String
    /// Nil where there is no home to keep it in.
    private let path: String?

    /// - Parameters:
    ///   - root: The project's folder, as it was named.
    ///   - choice: What is looked at of it; empty is all. Only like is compared with like.
    init(of root: String, choice: String, environment: [String: String]) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
        // XDG Base Directory Specification 0.8: state that outlives a restart.
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home.map { $0 + "/.local/state" }
        let place = Self.absolute(root)
        let last =
            place.split(separator: "/").last.map { $0.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } } ?? ""
        let all = choice.isEmpty ? place : "\(place)\n\(choice)"
        name = "\(last.prefix(40))-\(Hex.encode(Array(Digest.sha256(Array(all.utf8)).prefix(6))))"
        let file = "\(name).jsonl"
        path = state.map { "\($0)/comfygate/checks/\(file)" }
    }

    /// Without links; as it is where there is no such place.
    static func absolute(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// Each in the one before it, from the root on; those that are there stay as they are.
    static func makeFolders(_ names: some Sequence<Substring>, mode: mode_t) {
        var folder = ""
        for name in names {
            folder += "/" + name
            _ = unsafe mkdir(folder, mode)
        }
    }

    func read() -> CheckHistory {
        guard let path, let bytes = try? FileBytes.read(path, limit: Self.limit) else { return CheckHistory() }
        return CheckHistory(parsing: bytes)
    }

    /// - Throws: Naming the file. The check is worth as much without it, but the next one has nothing to compare with.
    func write(_ history: CheckHistory) throws(CommandFailure) {
        guard let path else { throw CommandFailure(at: "XDG_STATE_HOME", Self.homeless(), Self.remedy()) }
        Self.makeFolders(path.split(separator: "/").dropLast(), mode: 0o700)
        let error = ReportFile.replace(path, with: history.bytes)
        guard error == 0 else {
            throw CommandFailure(at: path, Self.unkept(["reason": systemMessage(error)]), Self.remedy())
        }
    }
}

internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account export`.
struct AccountExport: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let file = Option<FilePath>(
        "to", completion: .files,
        Message("account.export.to", en: "The archive; NAME.zip without it", fr: "L’archive ; NOM.zip sinon"))

    static let declaration = CommandDeclaration(
        "export",
        Message(
            "account.export.summary", en: "Write everything of an account into a zip archive",
            fr: "Écrit tout ce qu’a un compte dans une archive zip"),
        [name, file] + AdminOptions.all,
        examples: ["account export alice", "account export alice --to alice-2026.zip"])

    let options: AdminOptions
    private let name: String
    private let file: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        file = try arguments.get(Self.file)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let path = file?.text ?? "\(name).zip"
        let archive = try ZipArchive(creating: path)
        do {
            let sums = try await write(admin, archive, terminal)
            try archive.finish()
            terminal.put(["file": .string(path), "files": JSON(sums.files), "jobs": JSON(sums.jobs)]) { path + "\n" }
            terminal.say(
                JobMessages.exported([
                    "file": path, "files": "\(sums.files)", "jobs": "\(sums.jobs)",
                    "bytes": ByteCount(bytes: archive.size).rounded,
                ]))
        } catch {
            archive.remove()
            throw error
        }
    }

    private func write(
        _ admin: AdminConnection, _ archive: ZipArchive, _ terminal: Terminal
    ) async throws -> (files: Int, jobs: Int) {
        let all = try await admin.ask(.get, ["accounts", name, "export"])
        try archive.add("account.json", Array((all["account"] ?? .null).pretty().utf8))
        try archive.add("usage.json", Array((all["usage"] ?? .null).pretty().utf8))
        for item in all["userdata"]?.array ?? [] {
            guard let path = item.string else { continue }
            let answer = try await admin.ask(.get, ["accounts", name, "export", "userdata"], query: [("path", path)])
            try archive.add("userdata/\(path)", Base64.decode(answer["base64"]?.string ?? "") ?? [])
        }
        var jobs = 0
        var lines: [UInt8] = []
        var before: Int?
        repeat {
            let query = before.map { [(name: "before", value: String($0))] } ?? []
            let part = try await admin.ask(.get, ["accounts", name, "export", "jobs"], query: query)
            for job in part["jobs"]?.array ?? [] {
                lines += job.encoded() + [0x0A]
                jobs += 1
            }
            before = part["next"]?.int
            // One entry for some thousands: the archive is read again by programs that take an entry into memory.
            if lines.count > Self.jobsEntry || before == nil {
                if !lines.isEmpty { try archive.add("jobs/\(jobs).jsonl", lines) }
                lines = []
            }
        } while before != nil
        let files = all["files"]?.array ?? []
        for file in files { try await add(file, admin, archive, terminal) }
        return (files.count, jobs)
    }

    private static let jobsEntry = 32 << 20

    private func add(
        _ file: JSON, _ admin: AdminConnection, _ archive: ZipArchive, _ terminal: Terminal
    ) async throws {
        guard let hash = file["hash"]?.string, let name = file["name"]?.string, let type = file["type"]?.string,
            let size = file["size"]?.int
        else { return }
        let path = ["files", type, file["subfolder"]?.string ?? "", name].filter { !$0.isEmpty }.joined(separator: "/")
        let entry = try archive.begin(path, size: size)
        do { try await admin.asset(hash) { bytes in try archive.append(bytes) } } catch let error as GateError {
            guard error.code == .notFound else { throw error }
            try archive.abandon(entry)
            return terminal.warn(JobMessages.lostAsset(["name": path]))
        }
        try archive.end()
    }
}

internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs export`.
struct JobsExport: AdminCommand {
    private static let folder = Option<FilePath>(
        "to", completion: .folders,
        Message("jobs.export.to", en: "The folder; job-NUMBER without it", fr: "Le dossier ; job-NUMÉRO sinon"))

    static let declaration = CommandDeclaration(
        "export",
        Message(
            "jobs.export.summary", en: "Write a job's workflow, history entry and files into a folder",
            fr: "Écrit le workflow, l’historique et les fichiers d’un job dans un dossier"),
        [folder] + JobOptions.all,
        examples: ["jobs export 4711", "jobs export 4711 --to kept"])

    let job: JobOptions
    var options: AdminOptions { job.admin }
    private let folder: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
        folder = try arguments.get(Self.folder)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(
            .get, ["jobs", job.job], query: job.query + [("documents", "true")])
        let folder = ExportFolder(self.folder?.text ?? "job-\(found["number"]?.cell ?? job.job)")
        try folder.make()
        var count = 1
        try folder.write("job.json", Array(found.pretty().utf8))
        for file in found["files"]?.array ?? [] {
            guard let name = file["name"]?.string, let hash = file["hash"]?.string else { continue }
            // Pictures of the same name may lie in several folders.
            let target = try folder.create(name)
            defer { target.close() }
            try await admin.asset(hash) { bytes in try target.write(bytes) }
            count += 1
        }
        terminal.put(found) { "" }
        terminal.say(JobMessages.written(["folder": folder.path], count: count))
    }
}

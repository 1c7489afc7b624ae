internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Loop
internal import YAML

/// `comfygate support-bundle`: what a helper wants to see, in one archive without a secret.
struct SupportBundleCommand: Command {
    static let declaration = CommandDeclaration(
        "support-bundle",
        Message(
            "bundle.summary", en: "Pack what a helper needs to see, without a secret",
            fr: "Rassemble ce qu’une aide doit voir, sans aucun secret"),
        discussion: Message(
            "bundle.discussion",
            en:
                "A ZIP archive with the report of a check, the gate's configuration, the compose files, the keys of dotenv files "
                + "without their values, and the last lines of each container's log. Every known secret is taken out, and what has a secret's form. Look "
                + "through it before you send it.",
            fr:
                "Une archive ZIP avec le rapport d’un contrôle, la configuration du portail, les fichiers compose, les clés des fichiers "
                + ".env sans leurs valeurs, et les dernières lignes du journal de chaque conteneur. Chaque secret connu en est retiré, et ce qui en a la "
                + "forme. Parcourez-la avant de l’envoyer."),
        [output] + SurveyOptions.all,
        examples: [
            "support-bundle", "support-bundle --root /srv/genai --output help.zip",
            "support-bundle --url https://comfy.example.org",
        ])

    private static let output = Option<FilePath>(
        "output", short: "o", or: FilePath("comfygate-support.zip"), placeholder: "FILE",
        Message("bundle.output", en: "Where the archive is written", fr: "Où écrire l’archive"))
    private static let written = Message(
        "bundle.written", en: (one: "Written: {path}, {count} file.", other: "Written: {path}, {count} files."),
        fr: (one: "Écrit : {path}, {count} fichier.", other: "Écrit : {path}, {count} fichiers."))
    static let messages = [written]

    private let options: SurveyOptions
    private let path: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try SurveyOptions(arguments)
        path = try arguments.require(Self.output).text
    }

    func run(_ terminal: Terminal) async throws {
        let loop = EventLoop("support")
        defer { loop.stop() }
        let survey = await options.surveyor(terminal.environment).look(on: loop)
        let sheet = ReportSheet(
            CheckReport(survey), of: survey, in: terminal.language, version: ComfyGateCommand.version, time: .now())
        // One that cannot be read the report tells of.
        let configuration = ConfigurationOptions.found(in: options.root, terminal.environment)
            .flatMap { try? FileBytes.read($0, limit: YAMLReader.largest) }
        let bundle = await SupportBundle.gather(
            survey, sheet, configuration: configuration, environment: terminal.environment, on: loop)
        let archive = try ZipArchive(creating: path)
        do {
            for entry in bundle.entries { try archive.add(entry.name, entry.bytes) }
            try archive.finish()
        } catch {
            archive.remove()
            throw error
        }
        let names = bundle.entries.map(\.name)
        terminal.put(["path": .string(path), "files": .array(names.map { .string($0) })]) {
            names.joined(separator: "\n") + "\n"
        }
        terminal.say(Self.written(["path": path], count: names.count))
    }
}

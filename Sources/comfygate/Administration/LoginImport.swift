internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate login import FILE NAME --until DATE`: the account accepts the old hash line as its token.
struct LoginImport: AdminCommand {
    private static let file = Positional<FilePath>(
        "file",
        Message(
            "login.import.file", en: "The PASSWORD file of ComfyUI-Login", fr: "Le fichier PASSWORD de ComfyUI-Login"))
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let until = Option<String>(
        "until", placeholder: "DATE", isRequired: true,
        Message(
            "login.import.until",
            en: "The last day of the old credential, at most 90 days ahead, or a span such as 30d",
            fr: "Le dernier jour de l’ancien secret, dans 90 jours au plus, ou une durée comme 30d"))
    private static let adopt = Flag(
        "adopt-password",
        Message(
            "login.import.adopt", en: "The old password also logs in once, to choose a new one",
            fr: "L’ancien mot de passe sert aussi à une connexion, pour en choisir un nouveau"))

    static let declaration = CommandDeclaration(
        "import",
        Message(
            "login.import.summary", en: "Let clients of ComfyUI-Login keep their token for a while",
            fr: "Laisse aux clients de ComfyUI-Login leur jeton pour un temps"),
        [file, name, until, adopt] + AdminOptions.all,
        examples: ["login import ComfyUI/login/PASSWORD alice --until 2027-01-31"])

    let options: AdminOptions
    private let file: FilePath
    private let name: String
    private let until: String
    private let adopts: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        file = try arguments.require(Self.file)
        name = try arguments.require(Self.name)
        until = try arguments.require(Self.until)
        adopts = arguments.has(Self.adopt)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let content = try TextFile.read(file.text, limit: 4_096)
        let token = try await admin.ask(
            .post, ["migration"],
            [
                "account": .string(name), "file": .string(content), "until": .string(until),
                "adopt_password": .bool(adopts),
            ])
        terminal.put(token) { "" }
        terminal.say(AdminMessages.migrated(["name": name, "day": token["expires"]?.string?.day ?? ""]))
    }
}

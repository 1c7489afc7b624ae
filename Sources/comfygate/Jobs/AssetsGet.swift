internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate assets get`.
struct AssetsGet: AdminCommand {
    private static let hash = Positional<String>(
        "hash",
        Message(
            "assets.get.hash", en: "Its BLAKE3, as `assets list` shows it", fr: "Son BLAKE3, comme dans `assets list`"))
    private static let file = Option<FilePath>(
        "to", completion: .files,
        Message("assets.get.to", en: "The file; the hash without it", fr: "Le fichier ; le condensat sinon"))

    static let declaration = CommandDeclaration(
        "get",
        Message(
            "assets.get.summary", en: "Write the bytes of an asset into a file",
            fr: "Écrit les octets d’un fichier stocké"),
        [hash, file] + AdminOptions.all,
        examples: ["assets get 0f1e2d --to picture.png"])

    let options: AdminOptions
    private let hash: String
    private let file: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        hash = try arguments.require(Self.hash)
        file = try arguments.get(Self.file)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let path = file?.text ?? hash
        let target = try ExportFile(creating: path)
        defer { target.close() }
        do { try await admin.asset(hash) { bytes in try target.write(bytes) } } catch {
            target.remove()
            throw error
        }
        terminal.put(["file": .string(path)]) { path + "\n" }
    }
}

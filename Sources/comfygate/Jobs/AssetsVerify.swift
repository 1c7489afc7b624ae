internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate assets verify`.
struct AssetsVerify: AdminCommand {
    static let declaration = CommandDeclaration(
        "verify",
        Message(
            "assets.verify.summary", en: "Read every asset and compare it with its hash",
            fr: "Lit chaque fichier stocké et le compare à son condensat"),
        AdminOptions.all,
        examples: ["assets verify"])

    let options: AdminOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var count = 0
        var bytes = 0
        var damaged: [JSON] = []
        for part in AssetPart.all {
            let answer = try await admin.ask(.post, ["assets", "verify"], ["part": .string(part)])
            count += answer["assets"]?.int ?? 0
            bytes += answer["bytes"]?.int ?? 0
            for hash in answer["damaged"]?.array ?? [] {
                damaged.append(hash)
                terminal.report(
                    CommandFailure(
                        at: "assets", JobMessages.damaged(["hash": hash.string ?? ""]), JobMessages.damagedRemedy()))
            }
        }
        terminal.put(["assets": JSON(count), "bytes": JSON(bytes), "damaged": .array(damaged)]) { "" }
        terminal.say(JobMessages.intact(["bytes": ByteCount(bytes: bytes).rounded], count: count))
        if !damaged.isEmpty { throw ExitFailure() }
    }
}

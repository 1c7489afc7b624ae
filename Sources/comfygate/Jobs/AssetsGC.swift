internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate assets gc`.
struct AssetsGC: AdminCommand {
    private static let dryRun = Flag("dry-run", JobMessages.dryRun)
    private static let grace = Option<Duration>(
        "grace", or: .seconds(86_400),
        Message(
            "assets.gc.grace", en: "Bytes younger than this stay; somebody may be about to name them",
            fr: "Les octets plus récents restent ; quelqu’un va peut-être les nommer"))

    static let declaration = CommandDeclaration(
        "gc",
        Message(
            "assets.gc.summary", en: "Free the bytes that nobody refers to any more",
            fr: "Libère les octets auxquels plus rien ne se rapporte"),
        [dryRun, grace] + AdminOptions.all,
        examples: ["assets gc --dry-run", "assets gc --grace 1h"])

    let options: AdminOptions
    private let isTrial: Bool
    private let grace: Duration

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        isTrial = arguments.has(Self.dryRun)
        grace = try arguments.require(Self.grace)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var count = 0
        var bytes = 0
        let body: JSON = ["dry_run": .bool(isTrial), "grace": .string(grace.spelled)]
        func add(_ answer: JSON) -> Int {
            count += answer["assets"]?.int ?? 0
            bytes += answer["bytes"]?.int ?? 0
            return answer["assets"]?.int ?? 0
        }
        repeat {
            let freed = add(try await admin.ask(.post, ["assets", "gc"], body))
            guard freed > 0, !isTrial else { break }
        } while true
        for part in AssetPart.all {
            _ = add(try await admin.ask(.post, ["assets", "gc"], body.setting("part", .string(part))))
        }
        terminal.put(["dry_run": .bool(isTrial), "assets": JSON(count), "bytes": JSON(bytes)]) { "" }
        let words: KeyValuePairs = ["count": "\(count)", "bytes": ByteCount(bytes: bytes).rounded]
        terminal.say(isTrial ? JobMessages.wouldFree(words) : JobMessages.freed(words))
    }
}

/// The store's bytes in 256 parts, by how a hash begins.
enum AssetPart {
    static let all = (UInt8.min...UInt8.max).map { Hex.encode([$0]) }
}

extension JSON {
    fileprivate func setting(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[name] = value
        return .object(object)
    }
}

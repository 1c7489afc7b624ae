internal import Basics
internal import CommandLineKit
internal import Secrets

/// Where a command gets a worker's credential from.
struct TokenOptions: Sendable {
    private static let standardInput = Flag("token-stdin", SecretsMessages.tokenInput)
    private static let prompt = Flag("token-prompt", SecretsMessages.tokenPrompt)
    private static let file = Option<FilePath>("token-file", SecretsMessages.tokenFile)
    private static let from = Option<String>("from", placeholder: "LOCATION", SecretsMessages.tokenFrom)
    private static let generate = Flag("generate", SecretsMessages.tokenGenerate)
    private static let shown = Option<String>("token", placeholder: "TOKEN", SecretsMessages.tokenShown)
    static let all: [any Parameter] = [standardInput, prompt, file, from, generate, shown]

    private enum Source: Sendable {
        case input(SecretInput)
        /// Asked for at the terminal, without echo.
        case prompt
        case location(LocationRule, name: String)
        case generated
        case shown(Secret)
    }

    /// What came in.
    enum Given {
        case token(Secret)
        /// A hash that some worker uses; nobody here knows its token.
        case hash(Secret)
    }

    private let source: Source?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        var sources: [Source] = []
        if arguments.has(Self.standardInput) { sources.append(.input(.standardInput)) }
        if arguments.has(Self.prompt) { sources.append(.prompt) }
        if let file = try arguments.get(Self.file) { sources.append(.input(.file(file.text))) }
        if let name = try arguments.get(Self.from) {
            do {
                sources.append(.location(try LocationRule(parsing: name, or: .raw), name: name))
            } catch {
                throw UsageError(error.phrase)
            }
        }
        if arguments.has(Self.generate) { sources.append(.generated) }
        if let text = try arguments.get(Self.shown) { sources.append(.shown(Secret(text))) }
        guard sources.count < 2 else { throw UsageError(SecretsMessages.oneSource(), SecretsMessages.keepOne()) }
        source = sources.first
    }

    /// Whether an option says where a token comes from.
    var isNamed: Bool { source != nil }

    /// Whether anything was named that may give a token; it is not read.
    func isGiven(_ terminal: Terminal) -> Bool {
        let names = ["COMFYGATE_RAW_TOKEN", "COMFYGATE_RAW_TOKEN_FILE"]
        return source != nil || names.contains { terminal.environment[$0] != nil }
    }

    /// Nil when neither an option nor `COMFYGATE_RAW_TOKEN_FILE` gives one.
    func read(_ tree: ProjectTree, _ terminal: Terminal) throws -> Given? {
        switch source {
        case .input(let input): return try input.read(terminal.environment).map { try Self.judged($0, terminal) }
        case .prompt:
            let input = SecretInput.terminal(prompt: terminal.text(SecretsMessages.tokenQuestion))
            return try input.read(terminal.environment).map { try Self.judged($0, terminal) }
        case .generated: return .token(RawToken.make())
        case .shown(let secret):
            terminal.warn(SecretsMessages.inHistory())
            return try Self.judged(secret, terminal)
        case .location(let rule, let name): return try Self.judged(Self.value(rule, name, tree), terminal, at: name)
        case nil:
            return try SecretInput.environment("COMFYGATE_RAW_TOKEN").read(terminal.environment).map {
                try Self.judged($0, terminal)
            }
        }
    }

    private static func value(_ rule: LocationRule, _ name: String, _ tree: ProjectTree) throws -> Secret {
        let content = tree.facts(of: rule.path).content
        if let obstacle = content.obstacle { throw CommandFailure(at: name, obstacle) }
        let missing = CommandFailure(at: name, SecretsMessages.nothingThere(), SecretsMessages.nothingThereRemedy())
        guard case .bytes(let bytes) = content else { throw missing }
        let value: DotenvValue?
        do {
            value = try rule.value(in: bytes)
        } catch {
            throw CommandFailure(at: name, error.phrase)
        }
        guard let secret = value?.secret, !secret.reveal().isEmpty else { throw missing }
        return secret
    }

    /// - Parameter place: Where a hash may stand in place of a token.
    private static func judged(_ secret: Secret, _ terminal: Terminal, at place: String? = nil) throws -> Given {
        let verdict = HashVerdict(judging: Array(secret.reveal().utf8))
        if let place {
            if verdict == .hash { return .hash(secret) }
            if let reason = verdict.phrase, verdict != .word {
                let text = terminal.text(reason)
                throw CommandFailure(at: place, SecretsMessages.brokenHash(["reason": text]))
            }
        }
        guard !secret.reveal().unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw CommandFailure(at: place ?? "-", SecretsMessages.controls())
        }
        guard verdict != .placeholder else { throw CommandFailure(at: place ?? "-", SecretsMessages.placeholder()) }
        if secret.reveal().utf8.count < RawToken.shortest {
            terminal.warn(SecretsMessages.short(["limit": "\(RawToken.shortest)"]))
        }
        return .token(secret)
    }
}

internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Where a client's server is and how to show who asks: the options of every command that talks to one.
struct RunConnection: Sendable {
    static let url = Option<String>(
        "url", placeholder: "URL",
        Message(
            "connection.url", en: "The gate or ComfyUI; else COMFYUI_URL, else http://127.0.0.1:8288",
            fr: "Le portail ou ComfyUI ; sinon COMFYUI_URL, sinon http://127.0.0.1:8288"))
    static let tokenFile = Option<FilePath>(
        "token-file",
        Message(
            "connection.token_file", en: "File with the token, else COMFYGATE_TOKEN[_FILE], COMFYUI_AUTH_TOKEN_FILE",
            fr: "Fichier du jeton, sinon COMFYGATE_TOKEN[_FILE], COMFYUI_AUTH_TOKEN_FILE"))
    static let tokenInput = Flag(
        "token-stdin",
        Message("connection.token_stdin", en: "Read the token from standard input", fr: "Lit le jeton sur l’entrée"))
    static let authority = Option<FilePath>(
        "ca",
        Message(
            "connection.ca", en: "PEM file of certificates to trust instead of the system's",
            fr: "Fichier PEM des certificats de confiance, au lieu de ceux du système"))
    static let all: [any Parameter] = [url, tokenFile, tokenInput, authority]

    private let url: String?
    private let source: SecretInput?
    private let authority: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        url = try arguments.get(Self.url)
        authority = try arguments.get(Self.authority)
        let file = try arguments.get(Self.tokenFile)
        let isInput = arguments.has(Self.tokenInput)
        guard file == nil || !isInput else { throw UsageError(RunMessages.oneToken()) }
        source = isInput ? .standardInput : file.map { .file($0.text) }
    }

    func address(_ terminal: Terminal) -> String {
        url ?? terminal.environment["COMFYUI_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:8288"
    }

    func client(_ terminal: Terminal) throws -> ComfyClient {
        var options = ComfyClientOptions()
        options.authority = authority?.text
        options.userAgent = "comfygate/\(ComfyGateCommand.version)"
        let address = address(terminal)
        do throws(ComfyClientError) {
            return try ComfyClient(url: address, credential: try credential(terminal), options: options)
        } catch {
            throw RunFailure.explain(error, at: address, terminal)
        }
    }

    /// What was chosen on the command line, else what the environment offers, else none.
    private func credential(_ terminal: Terminal) throws(ComfyClientError) -> Credential? {
        let environment = terminal.environment
        if let source {
            let name = if case .file(let path) = source { path } else { "standard input" }
            return try Self.read(source, name, environment)
        }
        if let found = try Self.read(.environment("COMFYGATE_TOKEN"), "COMFYGATE_TOKEN", environment) { return found }
        guard let path = environment["COMFYUI_AUTH_TOKEN_FILE"], !path.isEmpty else { return nil }
        return try Self.read(.file(path), "COMFYUI_AUTH_TOKEN_FILE (\(path))", environment)
    }

    private static func read(
        _ input: SecretInput, _ name: String, _ environment: [String: String]
    ) throws(ComfyClientError) -> Credential? {
        do throws(CommandFailure) {
            guard let secret = try input.read(environment) else { return nil }
            var name = name
            if case .environment(let variable) = input, let path = environment[variable + "_FILE"] {
                name = "\(variable)_FILE (\(path))"
            }
            do throws(SecretError) {
                return try Credential(reading: Array(secret.reveal().utf8), source: name)
            } catch {
                throw CommandFailure(at: name, RunMessages.badToken(), RunMessages.badTokenRemedy())
            }
        } catch {
            throw .storage(path: error.place, reason: error.what.text(in: .english))
        }
    }
}

internal import Basics
internal import CommandLineKit
internal import Glibc
internal import Secrets

/// What opens a sealed source of truth: a key file for programs, a passphrase for people.
struct SealOptions: Sendable {
    static let keyFile = Option<FilePath>(
        "key-file",
        Message(
            "seal.option.key_file",
            en: "The key file; else COMFYGATE_SEAL_KEY_FILE, else comfygate-seal-key of systemd's credentials",
            fr: "Le fichier de clé ; sinon COMFYGATE_SEAL_KEY_FILE, sinon comfygate-seal-key de systemd"))
    static let all: [any Parameter] = [keyFile]

    private static let prompt = Message(
        "seal.prompt", en: "Passphrase of the source of truth: ", fr: "Phrase secrète de la source de vérité : ")
    private static let noKeyFile = Message(
        "seal.no_key_file", en: "The source of truth is sealed with a key file, and none was given.",
        fr: "La source de vérité est scellée par un fichier de clé, et aucun n’est donné.")
    private static let noKeyFileRemedy = Message(
        "seal.no_key_file_remedy", en: "Name it with --key-file or COMFYGATE_SEAL_KEY_FILE.",
        fr: "Nommez-le par --key-file ou COMFYGATE_SEAL_KEY_FILE.")
    private static let noFile = Message(
        "seal.no_such_file", en: "There is no such file.", fr: "Il n’y a pas de tel fichier.")
    private static let noTerminal = Message(
        "seal.no_terminal", en: "There is no terminal to ask for the passphrase at.",
        fr: "Il n’y a pas de terminal où demander la phrase secrète.")
    private static let noTerminalRemedy = Message(
        "seal.no_terminal_remedy", en: "Name a file that holds it with COMFYGATE_SEAL_PASSPHRASE_FILE.",
        fr: "Indiquez un fichier qui la contient par COMFYGATE_SEAL_PASSPHRASE_FILE.")
    static let messages = [noTerminal, noTerminalRemedy, prompt, noKeyFile, noKeyFileRemedy, noFile]

    private let given: String?

    init(_ arguments: ParsedArguments) throws(UsageError) { given = try arguments.get(Self.keyFile)?.text }

    /// The file's tokens open, and the key that seals them again; the file itself when none is sealed.
    ///
    /// - Parameter must: False leaves it closed when nothing is at hand that opens it without a question.
    func open(
        _ file: CredentialFile, must: Bool, _ terminal: Terminal
    ) throws -> (file: CredentialFile, key: SealingKey?) {
        do {
            guard let lock = try file.lock() else { return (file, nil) }
            guard let key = try key(lock, must: must, terminal) else { return (file, nil) }
            return (try file.opened(by: key), key)
        } catch let error as SealError {
            throw CommandFailure(at: CredentialFile.path, error.phrase)
        }
    }

    private func key(_ lock: SealingKey.Lock, must: Bool, _ terminal: Terminal) throws -> SealingKey? {
        switch lock {
        case .keyFile:
            if let path = keyFile(terminal) { return try Self.read(path) }
            guard must else { return nil }
            throw CommandFailure(at: CredentialFile.path, Self.noKeyFile(), Self.noKeyFileRemedy())
        case .passphrase(let parameters):
            guard let passphrase = try passphrase(terminal, mayAsk: must) else { return nil }
            return try SealingKey.passphrase(passphrase, parameters)
        }
    }

    func passphrase(_ terminal: Terminal, mayAsk: Bool) throws -> Secret? {
        if let given = try SecretInput.environment("COMFYGATE_SEAL_PASSPHRASE").read(terminal.environment) {
            return given
        }
        guard mayAsk else { return nil }
        return try Self.ask(Self.prompt, terminal)
    }

    /// - Throws: Naming what stands in for a terminal where there is none.
    static func ask(_ prompt: Message, _ terminal: Terminal) throws -> Secret? {
        guard hasTerminal else {
            throw CommandFailure(at: CredentialFile.path, noTerminal(), noTerminalRemedy())
        }
        return try SecretInput.terminal(prompt: terminal.text(prompt)).read(terminal.environment)
    }

    private static var hasTerminal: Bool {
        let opened = unsafe Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard opened >= 0 else { return false }
        close(opened)
        return true
    }

    /// The key file that was named, or that systemd has put there.
    func keyFile(_ terminal: Terminal) -> String? {
        if let path = given ?? terminal.environment["COMFYGATE_SEAL_KEY_FILE"], !path.isEmpty { return path }
        guard let folder = terminal.environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/") else { return nil }
        let path = "\(folder)/comfygate-seal-key"
        return ((try? PrivateFile.read(path)) ?? nil) == nil ? nil : path
    }

    static func read(_ path: String) throws -> SealingKey {
        do {
            guard let file = try PrivateFile.read(path) else { throw CommandFailure(at: path, noFile()) }
            return try SealingKey.file(file.bytes, mode: file.mode)
        } catch let error as SealError {
            throw CommandFailure(at: path, error.phrase)
        } catch let error as GateError {
            throw CommandFailure(at: path, error.phrase)
        }
    }
}

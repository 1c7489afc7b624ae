internal import Basics
internal import CLinux
internal import CommandLineKit
internal import Gate
internal import Glibc
internal import Identity
internal import Store

/// How a gate that nobody can administer yet gets its first administrator.
///
/// `COMFYGATE_ADMIN_PASSWORD_FILE` for unattended set-ups; else a one-time secret, fresh at each start, for the console. It is
/// shown to a terminal; where standard error is a log, it goes into a file of its own and only the path is told.
enum FirstAdministrator {
    private static let here = Message(
        "first.here",
        en: "Nobody can administer this gate yet. Use this secret on the console ({console}) within an hour: {secret}",
        fr:
            "Personne ne peut encore administrer ce portail. Servez-vous de ce secret sur la console ({console}) dans l’heure : {secret}"
    )
    private static let inFile = Message(
        "first.in_file",
        en: "Nobody can administer this gate yet. A secret for the console ({console}), good for an hour, is in {path}",
        fr:
            "Personne ne peut encore administrer ce portail. Un secret pour la console ({console}), valable une heure, est dans {path}"
    )
    static let messages = [here, inFile]

    /// For unattended set-ups: the first administrator's password lies in a file.
    static func make(_ identity: IdentityService, _ terminal: Terminal) async throws {
        guard let path = terminal.environment["COMFYGATE_ADMIN_PASSWORD_FILE"], !path.isEmpty else { return }
        guard let password = try SecretInput.file(path).read(terminal.environment) else { return }
        let name = terminal.environment["COMFYGATE_ADMIN_NAME"] ?? "admin"
        _ = try await identity.ensureAdministrator(name: name, password: password)
    }

    /// Tells how to make one, if there is none.
    static func invite(
        _ identity: IdentityService, _ configuration: Configuration, console: [String], _ terminal: Terminal
    ) async throws {
        let path = configuration.data + "/first-administrator"
        unsafe unlink(path)
        guard try await identity.needsAdministrator() else { return }
        let secret = try await identity.makeBootstrapSecret(by: .system)
        let place = console.first ?? "unix:" + configuration.consoleSocket
        if terminal.errorIsTerminal {
            return terminal.warn(here(["console": place, "secret": secret.reveal()]))
        }
        try write(secret, to: path)
        terminal.warn(inFile(["console": place, "path": path]))
    }

    private static func write(_ secret: Secret, to path: String) throws(GateError) {
        let descriptor = unsafe gate_open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        let bytes = Array((secret.reveal() + "\n").utf8)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw GateError(
                .storeUnavailable, from: .gateway, "The data folder cannot be written; check its owner and its disk.")
        }
    }
}

internal import Basics
internal import CommandLineKit
internal import Gate
internal import Identity
internal import Store

/// The old credential of ComfyUI-Login, as `migration` in the configuration wants it; told at each start until it is over.
enum LoginMigration {
    private static let accepted = Message(
        "migration.accepted",
        en:
            "The old credential of ComfyUI-Login is accepted as {name} until {day}: whoever has seen an old log has it. Give those scripts tokens of their own.",
        fr:
            "L’ancien secret de ComfyUI-Login est accepté comme {name} jusqu’au {day} : quiconque a vu un ancien journal le possède. Donnez à ces scripts leurs propres jetons."
    )
    static let messages = [accepted]

    /// - Throws: `invalidArgument` for a file that is not ComfyUI-Login's, or an account that may not have it.
    static func apply(
        _ configuration: Configuration, _ server: GateServer, _ log: GateLog, _ terminal: Terminal
    ) async throws {
        let identity = server.identity
        let migration = configuration.migration
        var wanted: MigrationSettings?
        if let file = migration.password, let until = migration.until {
            wanted = MigrationSettings(file: file, account: migration.account, until: until)
        }
        try await identity.applyMigration(wanted)
        for token in try await identity.migrationTokens() {
            let name = try await identity.account(token.account).name.text
            let end = token.expires?.rfc3339 ?? ""
            log.migrationAccepted(until: end)
            terminal.warn(accepted(["name": name, "day": String(end.prefix(10))]))
        }
    }
}

internal import Basics
internal import CommandLineKit
internal import Gate

/// `--config`, `--set` and `--data`: which gate a command administers.
struct AdminOptions: Sendable {
    private static let data = Option<FilePath>("data", completion: .folders, AdminMessages.data)
    static let all: [any Parameter] = ConfigurationOptions.all + [data]

    private let options: ConfigurationOptions
    private let data: FilePath?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try ConfigurationOptions(arguments)
        data = try arguments.get(Self.data)
    }

    /// Whether `--data` says which gate is meant.
    static func namesData(_ arguments: ParsedArguments) throws(UsageError) -> Bool { try arguments.get(data) != nil }

    /// - Throws: `ExitFailure` after every mistake has been reported.
    func configuration(_ terminal: Terminal) throws -> Configuration {
        let flags = data.map { [ConfigurationSources.Override("data", $0.text, flag: "--data")] } ?? []
        let report = options.load(terminal.environment, flags: flags)
        for problem in report.problems { terminal.report(problem.failure) }
        guard report.problems.isEmpty else { throw ExitFailure() }
        return report.configuration
    }
}

/// A command of administration: it asks a running gate, or works on the gate's store when none runs.
protocol AdminCommand: Command {
    var options: AdminOptions { get }
    /// May begin a store where there is none.
    static var mayBegin: Bool { get }
    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws
    /// What must be known before the store is locked or the gate asked: a password.
    mutating func prepare(_ terminal: Terminal) throws
}

extension AdminCommand {
    static var mayBegin: Bool { false }
    func prepare(_ terminal: Terminal) throws {}

    func run(_ terminal: Terminal) async throws {
        let configuration = try options.configuration(terminal)
        var command = self
        try command.prepare(terminal)
        let admin = try await AdminConnection.open(configuration, mayBegin: Self.mayBegin)
        do {
            try await command.work(admin, terminal)
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
    }
}

/// Roles that can be given.
enum RoleChoice: String, Choice { case user, `operator`, admin }
/// Roles that an invitation can carry.
enum InvitedRole: String, Choice { case user, `operator` }

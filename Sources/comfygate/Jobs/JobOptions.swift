internal import Basics
internal import CommandLineKit

/// Which job a command is about.
struct JobOptions: Sendable {
    private static let job = Positional<String>("job", JobMessages.job)
    private static let account = Option<String>("account", JobMessages.account)
    static let all: [any Parameter] = [job, account] + AdminOptions.all

    let admin: AdminOptions
    let job: String
    private let account: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = try AdminOptions(arguments)
        job = try arguments.require(Self.job)
        account = try arguments.get(Self.account)
    }

    var query: [(name: String, value: String)] { account.map { [("account", $0)] } ?? [] }
}

internal import Basics
internal import CommandLineKit
internal import Gate
internal import Glibc
internal import Secrets
internal import Wire

/// The gate that a change of secrets is told to, and that makes tokens for locations; only when somebody names it.
///
/// A configuration in the project's own folder is not taken up: the folder may be a stranger's.
struct GateLink: Sendable {
    private static let recorded = Message(
        "gate_link.recorded", en: "The change is in the gate's audit trail.",
        fr: "Le changement est dans le journal d’audit du portail.")
    private static let unrecorded = Message(
        "gate_link.unrecorded", en: "The change is not in the gate's audit trail: {reason}",
        fr: "Le changement n’est pas dans le journal d’audit du portail : {reason}")
    private static let made = Message(
        "gate_link.made", en: "{account} got a token for {place}.", fr: "{account} a reçu un jeton pour {place}.")
    private static let left = Message(
        "gate_link.left", en: "An older token of {place} could not be revoked: {reason}",
        fr: "Un ancien jeton de {place} n’a pas pu être révoqué : {reason}")
    private static let badConfiguration = Message(
        "gate_link.bad_configuration", en: "its configuration is not right.", fr: "sa configuration est à revoir.")
    static let messages = [recorded, unrecorded, made, left, badConfiguration]

    static let all: [any Parameter] = AdminOptions.all
    /// What the gate lists them by.
    private static let labelStart = "secrets: "
    private static let filesLimit = 1_000

    private let options: AdminOptions
    private let isNamed: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        let file = try arguments.get(ConfigurationOptions.file)
        let hasData = try AdminOptions.namesData(arguments)
        isNamed = file != nil || hasData
    }

    /// A gate that is asked, or its store.
    struct Open {
        fileprivate let admin: AdminConnection

        func close() async { await admin.close() }
    }

    /// Nil when nobody has named a gate.
    func open(_ terminal: Terminal) async throws -> Open? {
        guard isNamed || terminal.environment["COMFYGATE_CONFIG"]?.isEmpty == false else { return nil }
        return Open(admin: try await AdminConnection.open(try options.configuration(terminal), mayBegin: false))
    }

    // MARK: Tokens

    typealias Tokens = [SyncPlan.TokenPlace: (id: String, token: Secret)]

    /// A token for each location, of the account that the location names; the account is made when there is none.
    static func make(_ rules: [LocationRule], _ open: Open, _ terminal: Terminal) async throws -> Tokens {
        var made: Tokens = [:]
        do {
            for rule in rules {
                guard let grant = rule.grant else { continue }
                if try await isMissing(grant.account, open) {
                    let account: JSON = ["name": JSON(grant.account), "kind": "machine"]
                    _ = try await open.admin.ask(.post, ["accounts"], account)
                }
                let answer = try await open.admin.ask(
                    .post, ["tokens"],
                    [
                        "account": JSON(grant.account), "label": JSON(label(rule)),
                        "scopes": .array(grant.scopes.map { JSON($0) }),
                    ])
                guard let id = answer["id"]?.string, let token = answer["secret"]?.string else { continue }
                made[SyncPlan.TokenPlace(rule)] = (id, Secret(token))
                terminal.say(Self.made(["account": grant.account, "place": place(rule)]))
            }
        } catch {
            await revoke(made, open)
            throw error
        }
        return made
    }

    /// After a change that did not happen.
    static func revoke(_ made: Tokens, _ open: Open) async {
        for (id, _) in made.values { _ = try? await open.admin.ask(.delete, ["tokens", id]) }
    }

    /// After a change: older tokens of the same places are good for nothing.
    static func revokeOlder(_ rules: [LocationRule], _ made: Tokens, _ open: Open, _ terminal: Terminal) async {
        for rule in rules {
            guard let grant = rule.grant, let new = made[SyncPlan.TokenPlace(rule)] else { continue }
            do {
                let list = try await open.admin.ask(.get, ["tokens"], query: [("account", grant.account)])
                for token in list["tokens"]?.array ?? [] where token["label"]?.string == label(rule) {
                    guard let id = token["id"]?.string, id != new.id else { continue }
                    _ = try await open.admin.ask(.delete, ["tokens", id])
                }
            } catch {
                terminal.warn(left(["place": place(rule), "reason": words(error, terminal)]))
            }
        }
    }

    private static func isMissing(_ account: String, _ open: Open) async throws -> Bool {
        do {
            _ = try await open.admin.ask(.get, ["accounts", account])
            return false
        } catch let error as GateError where error.code == .notFound {
            return true
        }
    }

    private static func place(_ rule: LocationRule) -> String { rule.path + (rule.key.map { ":\($0)" } ?? "") }

    /// At most 100 bytes; the end of a long path tells more than its beginning.
    private static func label(_ rule: LocationRule) -> String {
        let room = 100 - labelStart.utf8.count
        let text = place(rule)
        guard text.utf8.count > room else { return labelStart + text }
        return labelStart + "…" + String(decoding: text.utf8.suffix(room - 8), as: UTF8.self)
    }

    // MARK: The old value

    /// Lets an account of the gate use a replaced hash as its token until the grace is over.
    static func admit(
        _ hash: Secret, for account: String, until: Timestamp, _ open: Open
    ) async throws {
        _ = try await open.admin.ask(
            .post, ["migration"],
            [
                "account": JSON(account), "file": JSON(hash.reveal() + "\nadmin"),
                "until": JSON("\(max(1, until.seconds - Timestamp.now().seconds))s"),
                "adopt_password": false,
            ])
    }

    // MARK: The trail

    static func record(_ entry: ChangeLog.Entry, root: String, _ open: Open, _ terminal: Terminal) async {
        var body: JSONObject = [
            "action": JSON("secrets." + entry.action), "subject": JSON("project:" + root),
            "files": .array(entry.files.prefix(filesLimit).map { JSON($0) }),
        ]
        if let backup = entry.backup { body["backup"] = .string(backup) }
        do {
            _ = try await open.admin.ask(.post, ["audit"], .object(body))
            terminal.say(recorded())
        } catch {
            warnUnrecorded(error, terminal)
        }
    }

    static func warnUnrecorded(_ error: any Error, _ terminal: Terminal) {
        terminal.warn(unrecorded(["reason": words(error, terminal)]))
    }

    static func words(_ error: any Error, _ terminal: Terminal) -> String {
        switch error {
        case let error as GateError: terminal.text(error.phrase)
        case let failure as CommandFailure: terminal.text(failure.what)
        // Its mistakes have been said one by one.
        case is ExitFailure: terminal.text(badConfiguration)
        default: "\(error)"
        }
    }
}

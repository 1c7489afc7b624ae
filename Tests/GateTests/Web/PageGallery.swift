import Basics
import Identity
import Store
import Testing
import Wire

@testable import Gate

/// Every page in every state, filled with samples, or with one text wherever a text can stand.
struct PageGallery {
    struct Entry {
        let name: String
        let surface: Surface
        let page: any WebPage
        var path: WebPath?
        var isLoggedIn = false
    }

    static let now = Timestamp(year: 2026, month: 3, day: 14, hour: 15, minute: 4)
    var text: String?

    func text(_ sample: String) -> String { text ?? sample }

    func context(
        _ entry: Entry, language: Language = .english, isChosen: Bool = false, role: Role = .admin,
        formToken: String? = nil
    ) -> PageContext {
        let base = ["comfy"]
        let path = entry.path.map { base + $0.segments(on: entry.surface) } ?? base
        var query = Query([("next", text("/?workflow=a b"))])
        if isChosen { query.append("lang", language.rawValue) }
        return PageContext(
            surface: entry.surface, basePath: base, now: Self.now, acceptLanguage: language.rawValue, query: query,
            viewer: entry.isLoggedIn ? .init(name: text("maria"), role: role) : nil,
            place: .init(segments: path, query: query), formToken: formToken)
    }

    var all: [Entry] { entrance + errors + account + people + groups + operation + work }

    // MARK: Samples

    func at(days: Int = 0, hours: Int = 0, minutes: Int = 0) -> Timestamp {
        Self.now.advanced(bySeconds: Int64(days * 86_400 + hours * 3_600 + minutes * 60))
    }
    let ids = (1...9).map { UUID(random: [UInt8](repeating: UInt8($0 * 17), count: 16)) }
    private let secret = Secret("cg_4fT9xWm2LqRz7Kd1VbNcYp8Hs5Jg3QaEu6Mi0XoBtZwAzS9k")
    private var bcryptLike: Secret { Secret("$2b$12$7mFqcIpAZo1HSY84xbCGqu.jfwtd3Av1fbLcw2XzRXzkBkkIHimqe") }
    let url = HTTPURL("https://comfy.example.org/comfy") ?? unavailable()

    var teams: [TeamChoice] {
        [TeamChoice(id: ids[6], name: text("Image lab")), TeamChoice(id: ids[7], name: text("Évaluation"))]
    }

    var tokens: [TokenRow] {
        [
            TokenRow(
                id: ids[0], label: text("Notebook on the blue laptop"), scopes: [.generate, .read],
                created: at(days: -20), expires: at(days: 70), lastUsed: at(minutes: -3)),
            TokenRow(
                id: ids[1], label: text("krita"), kind: .likeLogin, scopes: [.generate, .read, .manage],
                created: at(days: -90), lastUsed: at(days: -2)),
            TokenRow(
                id: ids[2], label: text("nightly batch"), kind: .migration, scopes: [.read], created: at(days: -400),
                expires: at(days: -1)),
        ]
    }

    var sessions: [SessionRow] {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Mobile/15E148 Safari/604.1"
        return [
            SessionRow(
                label: "0f3a9c21b7d84e65", surface: .console, address: text("192.0.2.14"), userAgent: text(firefox),
                created: at(hours: -1), lastUsed: at(), isCurrent: true),
            SessionRow(
                label: "aa10b2c3d4e5f607", surface: .gate, address: text("2001:db8:40::7"), userAgent: text(safari),
                created: at(days: -4), lastUsed: at(hours: -5)),
        ]
    }

    var persons: [PersonRow] {
        [
            PersonRow(
                id: ids[0], name: text("maria"), role: .admin, teams: [teams[0]], created: at(days: -200),
                lastUsed: at(minutes: -1)),
            PersonRow(
                id: ids[1], name: text("jean-françois.lefèvre"), role: .user, teams: teams, state: .mustChangePassword,
                created: at(days: -1)),
            PersonRow(
                id: ids[2], name: text("render-bot"), kind: .machine, role: .operator, created: at(days: -70),
                lastUsed: at(days: -40)),
            PersonRow(
                id: ids[3], name: text("old.student"), role: .user, state: .disabled, created: at(days: -500),
                lastUsed: at(days: -20)),
            PersonRow(
                id: ids[4], name: text("leaver"), role: .user, state: .removed(after: at(days: 6)),
                created: at(days: -300)),
            PersonRow(id: ids[5], name: text("nobody"), role: .user, state: .noPassword, created: at(days: -3)),
        ]
    }

    static func unavailable() -> HTTPURL { preconditionFailure("the sample URL is well-formed") }
}

extension PageGallery {
    private var entrance: [Entry] {
        let next = LocalPath(text("/comfy/?workflow=a")) ?? LocalPath("/comfy/")
        return [
            Entry(name: "login", surface: .gate, page: LoginPage(next: next), path: .login),
            Entry(
                name: "login-wrong", surface: .gate,
                page: LoginPage(next: next, name: text("maria"), fault: .wrong, guestsAllowed: true), path: .login),
            Entry(
                name: "login-throttled", surface: .gate,
                page: LoginPage(name: text("maria"), fault: .throttled(seconds: 8)), path: .login),
            Entry(
                name: "login-throttled-some", surface: .gate, page: LoginPage(fault: .throttled(seconds: nil)),
                path: .login),
            Entry(name: "login-busy", surface: .gate, page: LoginPage(fault: .busy), path: .login),
            Entry(name: "login-disabled", surface: .gate, page: LoginPage(fault: .disabled), path: .login),
            Entry(name: "login-ended", surface: .gate, page: LoginPage(fault: .ended), path: .login),
            Entry(
                name: "console-login", surface: .console, page: LoginPage(notice: .passwordChanged), path: .login),
            Entry(name: "logout-ask", surface: .gate, page: LogoutPage(state: .ask), path: .logout),
            Entry(name: "logout-done", surface: .gate, page: LogoutPage(state: .done), path: .logout),
            Entry(
                name: "invitation", surface: .gate,
                page: InvitationPage(code: Secret(text("ci_1")), ends: at(days: 6)), path: .invitation),
            Entry(
                name: "invitation-faults", surface: .gate,
                page: InvitationPage(
                    name: text("maria"),
                    problems: [
                        FormProblem(StoreRules.accountExists, at: .username), .repeatedDiffers,
                        FormProblem(Phrase(verbatim: text("Something else.")), at: .code),
                    ]), path: .invitation),
            Entry(
                name: "invitation-fixed", surface: .gate,
                page: InvitationPage(code: Secret(text("ci_1")), fixedName: text("maria")), path: .invitation),
            Entry(name: "invitation-gone", surface: .gate, page: InvitationPage(state: .gone), path: .invitation),
            Entry(
                name: "invitation-done", surface: .gate, page: InvitationPage(state: .done(name: text("maria"))),
                path: .invitation),
            Entry(name: "start-gate", surface: .gate, page: FirstStartPage(consoleAddress: url), path: .start),
            Entry(
                name: "start-console", surface: .console,
                page: FirstStartPage(name: text("maria"), problems: [FormProblem(StoreRules.noBootstrap, at: .code)]),
                path: .start),
        ]
    }

    private var errors: [Entry] {
        let causes: [(String, Status, ErrorPage.Cause, GateError.Code)] = [
            ("forbidden", .forbidden, .forbidden, .forbidden),
            (
                "refused", .badRequest, .refused(.invalidArgument, message: text("Send a JSON object.")),
                .invalidArgument
            ),
            ("password-due", .forbidden, .passwordDue, .forbidden),
            ("foreign-origin", .forbidden, .foreignOrigin, "foreign_origin"),
            ("not-found", .notFound, .notFound, .notFound),
            (
                "misdirected", .misdirectedRequest, .misdirected(host: text("gpu-box.local:8288"), known: [url]),
                "misdirected_request"
            ),
            ("unreachable", .serviceUnavailable, .workerUnreachable, "worker_unreachable"),
            ("broken", .badGateway, .workerBroken, "worker_broken"),
            ("overloaded", .serviceUnavailable, .overloaded, .overloaded),
            ("store", .serviceUnavailable, .storeUnavailable, .storeUnavailable),
            ("timeout", .gatewayTimeout, .workerTimeout, "worker_timeout"),
            ("too-many", .tooManyRequests, .tooMany, .tooManyAttempts), ("own", .internalServerError, .own, "internal"),
        ]
        return causes.map { name, status, cause, code in
            var page = ErrorPage(status, cause, code: code, request: text("5b1f0c77"))
            page.console = url
            return Entry(name: "error-\(name)", surface: .gate, page: page)
        }
    }

    private var account: [Entry] {
        var plain = AccountPage(name: text("maria"), role: .admin)
        plain.tokens = tokens
        plain.sessions = sessions
        plain.grantable = .all
        var faulty = plain
        faulty.draft.label = text("a label")
        faulty.problems = [
            .wrongOldPassword, .repeatedDiffers, .scopeMissing, .labelMissing,
            FormProblem(Phrase(verbatim: text("Something else."))),
        ]
        var full = plain
        full.tokenLimit = 3
        full.notice = .tokenRevoked
        let due = AccountPage(name: text("maria"), role: .user, mustChangePassword: true)
        let made = TokenMadePage(
            label: text("Notebook on the blue laptop"), secret: secret, kind: .regular, scopes: [.generate, .read],
            expires: at(days: 90), gate: url)
        let likeLogin = TokenMadePage(
            label: text("krita"), secret: Secret(text(bcryptLike.reveal())), kind: .likeLogin, scopes: [.read],
            expires: nil, gate: url)
        return [
            Entry(name: "account", surface: .console, page: plain, path: .account, isLoggedIn: true),
            Entry(name: "account-faults", surface: .console, page: faulty, path: .account, isLoggedIn: true),
            Entry(name: "account-full", surface: .console, page: full, path: .account, isLoggedIn: true),
            Entry(name: "account-due", surface: .console, page: due, path: .account, isLoggedIn: true),
            Entry(name: "token-made", surface: .console, page: made, path: .tokens, isLoggedIn: true),
            Entry(name: "token-made-like-login", surface: .console, page: likeLogin, path: .tokens, isLoggedIn: true),
        ]
    }

    private var people: [Entry] {
        let list = PeoplePage(
            people: persons, total: 56, search: text("e"), page: 2, pages: 3, teams: teams,
            draft: .init(name: text("x"), role: .user, teams: [ids[6]]), problems: [.nameMissing])
        let none = PeoplePage(people: [], total: 0, search: text("zz"))
        let person = PersonPage(
            person: persons[1], teams: teams, tokens: tokens, sessions: sessions,
            problems: [FormProblem(StoreRules.lastAdministrator, at: .role)], notice: .saved)
        let own = PersonPage(person: persons[0], isOwn: true)
        let removed = PersonPage(person: persons[4], teams: teams)
        let made = PasswordMadePage(
            person: ids[1], name: text("jean"), password: Secret(text("maple-lantern-river-42")))
        return [
            Entry(name: "people", surface: .console, page: list, path: .people, isLoggedIn: true),
            Entry(name: "people-none", surface: .console, page: none, path: .people, isLoggedIn: true),
            Entry(name: "person", surface: .console, page: person, path: .person(ids[1]), isLoggedIn: true),
            Entry(name: "person-own", surface: .console, page: own, path: .person(ids[0]), isLoggedIn: true),
            Entry(name: "person-removed", surface: .console, page: removed, path: .person(ids[4]), isLoggedIn: true),
            Entry(name: "password-made", surface: .console, page: made, path: .person(ids[1]), isLoggedIn: true),
        ]
    }

    private var groups: [Entry] {
        let invitations = InvitationsPage(
            invitations: [
                .init(id: ids[0], role: .user, team: text("Image lab"), created: at(days: -1), expires: at(days: 6)),
                .init(id: ids[1], role: .operator, team: nil, created: at(hours: -3), expires: at(days: 1)),
            ], teams: teams, draft: .init(role: .user, team: ids[6]),
            problems: [FormProblem(StoreRules.noTeam, at: .team)])
        let made = InvitationMadePage(
            gate: url, secret: Secret(text("ci_7Qm2nX4")), expires: at(days: 7), role: .user, team: text("Image lab"))
        let list = TeamsPage(
            teams: [
                .init(id: ids[6], name: text("Image lab"), members: 12),
                .init(id: ids[7], name: text("Évaluation"), members: 1),
            ], draft: text("x"), problems: [FormProblem(StoreRules.teamExists, at: .name)])
        return [
            Entry(name: "invitations", surface: .console, page: invitations, path: .invitations, isLoggedIn: true),
            Entry(
                name: "invitations-none", surface: .console, page: InvitationsPage(invitations: []),
                path: .invitations, isLoggedIn: true),
            Entry(name: "invitation-made", surface: .console, page: made, path: .invitations, isLoggedIn: true),
            Entry(name: "teams", surface: .console, page: list, path: .teams, isLoggedIn: true),
            Entry(name: "teams-none", surface: .console, page: TeamsPage(teams: []), path: .teams, isLoggedIn: true),
        ]
    }

    private var operation: [Entry] {
        let rows = [
            AuditPage.Row(
                sequence: 412, time: at(minutes: -2), actor: text("account:maria:\(ids[0])"),
                action: text("token.create"),
                subject: text("token:\(ids[1])"), detail: text(#"{"label":"Notebook","scopes":["generate","read"]}"#)),
            AuditPage.Row(
                sequence: 411, time: at(hours: -3), actor: text("console:1000"), action: text("account.disable"),
                subject: text("account:old.student"), detail: text("{}x")),
        ]
        let head = AuditHead(count: 412, mac: .sha256([1]))
        var worker = StatusPage.Worker(
            address: text("http://127.0.0.1:8188"), state: .up, version: text("0.26.0"), python: text("3.12.4"),
            devices: [text("cuda:0 NVIDIA L40S, 45 GB")], running: 1, pending: 7, asked: at(minutes: -1))
        let fine = StatusPage(
            worker: worker, version: text("0.1.0"), started: at(days: -3), addresses: [text("https://0.0.0.0:8288")],
            connections: 42, accounts: 56, sessions: 17)
        worker.state = .down(reason: Phrase(verbatim: text("Connection refused.")))
        worker.reachableAt = [text("http://192.0.2.20:8188")]
        let bad = StatusPage(
            worker: worker, warnings: [.plainHTTP, .noPublicURL, .diskLow, .migration(until: at(days: 30))],
            version: text("0.1.0"), started: at(minutes: -3))
        return [
            Entry(
                name: "audit", surface: .console, page: AuditPage(rows: rows, head: head, verdict: .intact(head)),
                path: .audit, isLoggedIn: true),
            Entry(
                name: "audit-altered", surface: .console,
                page: AuditPage(rows: [], head: .empty, verdict: .altered(sequence: 3)), path: .audit, isLoggedIn: true),
            Entry(name: "status", surface: .console, page: fine, path: .status, isLoggedIn: true),
            Entry(name: "status-bad", surface: .console, page: bad, path: .status, isLoggedIn: true),
            Entry(
                name: "status-empty", surface: .console, page: StatusPage(version: text("0.1.0"), started: at()),
                path: .status, isLoggedIn: true),
        ]
    }
}

internal import Basics
internal import HTTP
internal import Identity
internal import Store
internal import Wire

/// A form as a browser sends it.
struct ConsoleForm: Sendable {
    private let form: FormURLEncoded

    init(_ form: FormURLEncoded) { self.form = form }

    subscript(name: FieldName) -> String { form[name.rawValue] ?? "" }
    func all(_ name: FieldName) -> [String] { form.all(name.rawValue).filter { !$0.isEmpty } }
    func has(_ name: FieldName) -> Bool { !self[name].isEmpty }

    /// Two equal new passwords, or what is wrong with them.
    var newPassword: (password: String, problems: [FormProblem]) {
        let password = self[.newPassword]
        if password.isEmpty { return (password, [.passwordMissing]) }
        return (password, password == self[.repeated] ? [] : [.repeatedDiffers])
    }
    /// `90d`; nil without an end.
    var span: String? { Int(self[.days]).map { "\($0)d" } }
}

/// What forms do. Each is one request to `AdminSurface`; a mistake shows the page again with what was typed.
extension ConsoleApplication {
    func act(_ visit: ConsoleVisit, _ path: WebPath) async throws {
        guard visit.contentType == "application/x-www-form-urlencoded" else {
            throw Refusal(.unsupportedMediaType, "unsupported_media_type", "Send a form.")
        }
        let body = try await visit.exchange.readBody(limit: 65_536)
        guard let parsed = try? FormURLEncoded(parsing: body.span) else {
            throw Refusal(.badRequest, .invalidArgument, "The form cannot be read.")
        }
        let form = ConsoleForm(parsed)
        if path == .start { return try await start(visit, form) }
        let principal = try known(visit)
        switch path {
        case .password: try await changePassword(visit, principal, form)
        case .tokens: try await makeToken(visit, principal, form)
        case .revokeToken(let id):
            try await ask(visit, .delete, ["tokens", id.description])
            try await redirect(visit, to: .account, done: .tokenRevoked)
        case .revokeSession(let label):
            try await ask(visit, .delete, ["sessions", label])
            try await redirect(visit, to: .account, done: .sessionRevoked)
        case .otherSessions: try await endOthers(visit, principal)
        case .people: try await addPerson(visit, form)
        case .changePerson(let id, let change): try await changePerson(visit, principal, id, change, form)
        case .revokePersonToken(let id, let token):
            try await ask(visit, .delete, ["tokens", token.description])
            try await redirect(visit, to: .person(id), done: .tokenRevoked)
        case .invitations: try await invite(visit, principal, form)
        case .revokeInvitation(let id):
            try await ask(visit, .delete, ["invitations", id.description])
            try await redirect(visit, to: .invitations, done: .invitationRevoked)
        case .teams, .renameTeam, .removeTeam: try await changeTeams(visit, principal, path, form)
        case .changeJob(let number, let change): try await changeJob(visit, number, change)
        case .releaseGraph(let signature): try await release(visit, signature)
        case .countFiles: try await freeFiles(visit, isTrial: true)
        case .freeFiles: try await freeFiles(visit, isTrial: false)
        default: throw Refusal(.methodNotAllowed, .methodNotAllowed, "Use GET here.", ["Allow": "GET"])
        }
    }

    /// A request of the one implementation, in the visitor's name.
    @discardableResult
    func ask(
        _ visit: ConsoleVisit, _ method: Method, _ path: [String], query: [(name: String, value: String)] = [],
        _ body: JSON = .null
    ) async throws(GateError) -> JSON {
        guard let target = try? RequestTarget(segments: path, query: Query(query)) else {
            throw AdminMembers.invalid("A name or id has characters that none can have.")
        }
        return try await admin.answer(
            AdminRequest(
                method, segments: target.segments, query: target.query, body: body, principal: visit.principal,
                address: visit.address)
        ).body
    }

    /// A mistake that the same person can put right in the same form; all else is an error page.
    func problem(_ error: any Error, at field: FieldName) throws -> FormProblem {
        guard let error = error as? GateError, error.origin == .client,
            [.invalidArgument, .alreadyExists, .lastAdministrator, .notFound].contains(error.code)
        else { throw error }
        return FormProblem(error, at: field)
    }

    // MARK: First administrator

    private func start(_ visit: ConsoleVisit, _ form: ConsoleForm) async throws {
        var page = FirstStartPage(name: form[.username])
        let (password, problems) = form.newPassword
        page.problems = problems
        if problems.isEmpty {
            do {
                try await ask(
                    visit, .post, ["bootstrap", "redeem"],
                    [
                        "secret": .string(form[.code]), "name": .string(form[.username]),
                        "password": .string(password),
                    ])
                return try await redirect(visit, to: .login)
            } catch {
                let isCode = (error as? GateError)?.code == .notFound
                page.problems = [try problem(error, at: isCode ? .code : .username)]
            }
        }
        try await send(visit, .badRequest, page)
    }

    // MARK: One's own account

    private func changePassword(_ visit: ConsoleVisit, _ principal: Principal, _ form: ConsoleForm) async throws {
        var (password, problems) = form.newPassword
        if problems.isEmpty {
            do {
                try await ask(
                    visit, .post, ["me", "password"], ["old": .string(form[.password]), "new": .string(password)])
                return try await redirect(
                    visit, to: .login, done: .passwordChanged, ["Set-Cookie": settings.cookie.clear])
            } catch let error as GateError where error.code == .unauthenticated {
                problems = [.wrongOldPassword]
            } catch {
                problems = [try problem(error, at: .newPassword)]
            }
        }
        password = ""
        var page = try await accountPage(principal)
        page.problems = problems
        try await send(visit, .badRequest, page)
    }

    private func makeToken(_ visit: ConsoleVisit, _ principal: Principal, _ form: ConsoleForm) async throws {
        let scopes = form.all(.scope).reduce(into: Scopes()) { $0.formUnion(Scopes(name: $1) ?? []) }
        let draft = AccountPage.TokenDraft(
            label: form[.label], scopes: scopes, days: Int(form[.days]), isLikeLogin: form.has(.likeLogin))
        var problems: [FormProblem] = []
        if draft.label.isEmpty { problems.append(.labelMissing) }
        if scopes.isEmpty { problems.append(.scopeMissing) }
        if problems.isEmpty {
            do {
                var body: JSONObject = [
                    "label": .string(draft.label), "scopes": .array(form.all(.scope).map { .string($0) }),
                    "like_login": .bool(draft.isLikeLogin),
                ]
                if let span = form.span { body["expires"] = .string(span) }
                let made = try await ask(visit, .post, ["tokens"], .object(body))
                let id = made["id"]?.string.flatMap { UUID($0) }
                let token = try await identity.tokens(of: principal.account).first { $0.id == id }
                return try await send(
                    visit, .created,
                    TokenMadePage(
                        label: draft.label, secret: Secret(made["secret"]?.string ?? ""),
                        kind: draft.isLikeLogin ? .likeLogin : .regular, scopes: scopes, expires: token?.expires,
                        gate: settings.gate))
            } catch {
                problems = [try problem(error, at: .label)]
            }
        }
        var page = try await accountPage(principal)
        page.draft = draft
        page.problems = problems
        try await send(visit, .badRequest, page)
    }

    private func endOthers(_ visit: ConsoleVisit, _ principal: Principal) async throws {
        try require(.consoleOnly, principal)
        let current: Digest32? = if case .session(let digest, _) = principal.credential { digest } else { nil }
        for session in try await identity.sessions(of: principal.account) where session.digest != current {
            do throws(GateError) { try await ask(visit, .delete, ["sessions", session.label]) } catch {
                // Ended by itself in the meantime: what was wanted.
                guard error.code == .notFound else { throw error }
            }
        }
        try await redirect(visit, to: .account, done: .sessionsRevoked)
    }

    // MARK: People

    private func addPerson(_ visit: ConsoleVisit, _ form: ConsoleForm) async throws {
        let password = IdentityService.makePassword()
        do {
            let account = try await ask(
                visit, .post, ["accounts"],
                [
                    "name": .string(form[.username]), "role": .string(form[.role]),
                    "teams": .array(form.all(.team).map { .string($0) }), "password": .string(password.reveal()),
                    "must_change_password": true,
                ])
            guard let id = account["id"]?.string.flatMap({ UUID($0) }) else { throw Refusal.notFound }
            try await send(
                visit, .created,
                PasswordMadePage(person: id, name: account["name"]?.string ?? "", password: password))
        } catch {
            var page = try await peoplePage(visit)
            page.problems = [try problem(error, at: .username)]
            page.draft = PeoplePage.Draft(
                name: form[.username], role: Role(rawValue: form[.role]) ?? .user,
                teams: Set(form.all(.team).compactMap { UUID($0) }))
            try await send(visit, .badRequest, page)
        }
    }

    private func changePerson(
        _ visit: ConsoleVisit, _ principal: Principal, _ id: UUID, _ change: WebPath.PersonChange, _ form: ConsoleForm
    ) async throws {
        let account = ["accounts", id.description]
        do {
            var notice = Notice.saved
            switch change {
            case .role: try await ask(visit, .patch, account, ["role": .string(form[.role])])
            case .teams:
                let teams = form.all(.team).map { JSON.string($0) }
                try await ask(visit, .patch, account, ["teams": .array(teams)])
            case .disable:
                try await ask(visit, .patch, account, ["disabled": true])
                notice = .disabled
            case .enable:
                try await ask(visit, .patch, account, ["disabled": false])
                notice = .enabled
            case .remove:
                try await ask(visit, .delete, account)
                notice = .personRemoved
            case .endSessions:
                try await ask(visit, .delete, ["sessions"], query: [("account", id.description)])
                notice = .sessionsRevoked
            case .password:
                let password = IdentityService.makePassword()
                let person = try await ask(
                    visit, .patch, account,
                    ["password": .string(password.reveal()), "must_change_password": true])
                return try await send(
                    visit, .ok, PasswordMadePage(person: id, name: person["name"]?.string ?? "", password: password))
            }
            try await redirect(visit, to: .person(id), done: notice)
        } catch {
            let problem = try problem(error, at: change == .teams ? .team : .role)
            var page = try await personPage(id, principal)
            page.problems = [problem]
            try await send(visit, .badRequest, page)
        }
    }

    private func invite(_ visit: ConsoleVisit, _ principal: Principal, _ form: ConsoleForm) async throws {
        do {
            var body: JSONObject = ["role": .string(form[.role])]
            if form.has(.team) { body["team"] = .string(form[.team]) }
            if let span = form.span { body["expires"] = .string(span) }
            let made = try await ask(visit, .post, ["invitations"], .object(body))
            let id = made["id"]?.string.flatMap { UUID($0) }
            let invitation = try await identity.invitations().first { $0.id == id }
            try await send(
                visit, .created,
                InvitationMadePage(
                    gate: settings.gate, secret: Secret(made["secret"]?.string ?? ""),
                    expires: invitation?.expires ?? clock(), role: invitation?.role ?? .user,
                    team: made["team"]?.string))
        } catch {
            let problem = try problem(error, at: .role)
            var page = try await invitationsPage(principal)
            page.problems = [problem]
            try await send(visit, .badRequest, page)
        }
    }

    private func changeTeams(
        _ visit: ConsoleVisit, _ principal: Principal, _ path: WebPath, _ form: ConsoleForm
    ) async throws {
        let name: JSON = ["name": .string(form[.name])]
        do {
            var notice = Notice.saved
            switch path {
            case .renameTeam(let id): try await ask(visit, .patch, ["teams", id.description], name)
            case .removeTeam(let id):
                try await ask(visit, .delete, ["teams", id.description])
                notice = .teamRemoved
            default:
                try await ask(visit, .post, ["teams"], name)
                notice = .teamAdded
            }
            try await redirect(visit, to: .teams, done: notice)
        } catch {
            let problem = try problem(error, at: .name)
            var page = try await teamsPage(principal)
            page.draft = form[.name]
            page.problems = [problem]
            try await send(visit, .badRequest, page)
        }
    }
}

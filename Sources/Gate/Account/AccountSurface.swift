internal import Basics
internal import HTTP
internal import Identity
internal import Store
internal import Wire

/// Logging in and out on the gate, and what needs no account.
///
/// Speaks ComfyUI-Login's language to those who are used to it: `/login` by form and by JSON, 302 with
/// `wrong_password=1`, `/logout` by GET.
final class AccountSurface {
    private let shared: GateShared

    init(shared: GateShared) { self.shared = shared }

    /// True when the request was one of these and has been answered.
    func answer(_ visit: Visit, _ application: GateApplication) async throws -> Bool {
        guard visit.segments.count <= 2, let first = visit.segments.first?.text else { return false }
        let method = visit.request.method
        switch (first, visit.segments.count) {
        case ("login", 1):
            switch method {
            case .get, .head: try await loginPage(visit)
            case .post: try await login(visit)
            default:
                throw Refusal(.methodNotAllowed, "method_not_allowed", "Use GET or POST here.", ["Allow": "GET, POST"])
            }
        case ("logout", 1):
            guard method == .get || method == .post else { return false }
            try await logout(visit, application)
        case ("guest_mode", 1) where method == .get:
            try await json(visit, .ok, ["guestMode": JSON(shared.identity.settings.guestsAllowed)])
        case ("health", 1), ("ready", 1), ("metrics", 1):
            return try await OperationSurface(shared: shared, application: application).answer(visit)
        case ("gate", 2) where visit.segments.last?.text == "invitation":
            try await InvitationSurface(shared: shared).answer(visit)
        case ("gate", 2):
            guard method == .get || method == .head, let file = shared.pages.file(visit) else { return false }
            try await visit.respond(.ok, file.fields, file.bytes)
        default: return false
        }
        return true
    }

    /// `?next=…` for the login page, so that people come back to what they wanted.
    func nextQuery(_ visit: Visit) -> String {
        let target = visit.request.target
        guard visit.request.method == .get, target.path != shared.settings.path("") else { return "" }
        return "?" + Query([("next", target.encoded)]).encoded
    }

    // MARK: Login

    private func loginPage(_ visit: Visit) async throws {
        try await visit.respond(.ok, PageFields.all, shared.pages.login(visit, now: shared.clock()))
    }

    private func login(_ visit: Visit) async throws {
        // A foreign page may not log a browser in under its own account; programs send no Origin.
        if let text = visit.request.fields["Origin"] {
            guard let origin = Origin(text),
                shared.settings.names.accepts(origin: origin, host: visit.host, isSecure: visit.isSecure)
            else { throw Refusal(.forbidden, "foreign_origin", "A page of another origin cannot log in here.") }
        }
        let body = try await visit.exchange.readBody(limit: 16_384)
        let isJSON = visit.request.fields["Content-Type"]?.lowercased().hasPrefix("application/json") ?? false
        let visitor = IdentityService.Visitor(
            address: visit.address, userAgent: visit.request.fields["User-Agent"] ?? "", surface: .gate)
        if !isJSON, let form = try? FormURLEncoded(parsing: body.span), form[FieldName.guestMode.rawValue] == "1" {
            let login = try await shared.identity.guestLogin(from: visitor)
            return try await welcome(visit, login, isJSON: false, next: form[FieldName.next.rawValue])
        }
        let form = try isJSON ? Self.json(body) : Self.form(body)
        do {
            let login = try await shared.identity.login(name: form.name, password: form.password, from: visitor)
            try await welcome(visit, login, isJSON: isJSON, next: form.next)
        } catch let error as GateError where error.code == .unauthenticated {
            try await refuse(visit, error, isJSON: isJSON, next: form.next)
        }
    }

    private func welcome(_ visit: Visit, _ login: Login, isJSON: Bool, next: String?) async throws {
        let age = (login.session.absoluteExpiry.milliseconds - shared.clock().milliseconds) / 1_000
        var fields: Fields = [
            "Set-Cookie": shared.settings.cookie.set(login.secret, maximumAge: age), "Cache-Control": "no-store",
        ]
        if isJSON {
            fields["Content-Type"] = "application/json; charset=utf-8"
            let body: JSON = ["user": .string(login.account.name.text), "role": .string(login.account.role.rawValue)]
            try await visit.respond(.ok, fields, body.encoded())
        } else {
            fields["Location"] = LocalPath(next)?.text ?? shared.settings.path("")
            try await visit.respond(.found, fields)
        }
    }

    private func refuse(_ visit: Visit, _ error: GateError, isJSON: Bool, next: String?) async throws {
        if isJSON { return try await json(visit, .unauthorized, ["error": .string(error.message)]) }
        var query = Query([("wrong_password", "1")])
        if let next = LocalPath(next) { query.append("next", next.text) }
        try await visit.respond(
            .found, ["Location": shared.settings.path("login") + "?" + query.encoded, "Cache-Control": "no-store"])
    }

    private static func form(_ body: [UInt8]) throws -> (name: String, password: Secret, next: String?) {
        guard let form = try? FormURLEncoded(parsing: body.span), let name = form["username"],
            let password = form["password"]
        else { throw Refusal(.badRequest, .invalidArgument, "Send username and password.") }
        return (name, Secret(password), form["next"])
    }

    private static func json(_ body: [UInt8]) throws -> (name: String, password: Secret, next: String?) {
        guard let json = try? JSON(parsing: body), let name = json["username"]?.string,
            let password = json["password"]?.string
        else { throw Refusal(.badRequest, .invalidArgument, "Send a JSON object with username and password.") }
        return (name, Secret(password), nil)
    }

    // MARK: Logout

    private func logout(_ visit: Visit, _ application: GateApplication) async throws {
        var visit = visit
        if visit.request.method == .get, visit.request.fields["Sec-Fetch-Site"] == "cross-site" {
            throw Refusal(.forbidden, "foreign_origin", "A page of another site cannot log you out.")
        }
        try? application.authenticate(&visit)
        if let principal = visit.principal, case .session(let digest, _) = principal.credential {
            try await shared.identity.logout(digest, by: principal.actor)
        }
        try await visit.respond(
            .found,
            [
                "Location": shared.settings.path("login"), "Set-Cookie": shared.settings.cookie.clear,
                "Cache-Control": "no-store",
            ])
    }

    private func json(_ visit: Visit, _ status: Status, _ body: JSON) async throws {
        try await visit.respond(
            status, ["Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"], body.encoded())
    }
}

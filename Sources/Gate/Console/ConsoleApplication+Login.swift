internal import Basics
internal import HTTP
internal import Identity
internal import Store
internal import Wire

extension ConsoleApplication {
    /// Begins a session of the console; by form with a page, by JSON with a document.
    func login(_ visit: ConsoleVisit) async throws {
        let body = try await visit.exchange.readBody(limit: 16_384)
        let isJSON = visit.contentType == "application/json"
        let (name, password, next) = try Self.credentials(body, isJSON: isJSON)
        let visitor = IdentityService.Visitor(
            address: visit.address, userAgent: visit.request.fields["User-Agent"] ?? "", surface: .console)
        do {
            let login = try await identity.login(name: name, password: password, from: visitor)
            let age = (login.session.absoluteExpiry.milliseconds - clock().milliseconds) / 1_000
            let cookie = settings.cookie.set(login.secret, maximumAge: age)
            guard !isJSON else {
                return try await send(
                    visit, .ok,
                    ["user": .string(login.account.name.text), "role": .string(login.account.role.rawValue)],
                    ["Set-Cookie": cookie])
            }
            let place = next?.text ?? context(visit.request, nil).location(.account)
            try await redirect(visit, to: place, ["Set-Cookie": cookie])
        } catch let error as GateError where !isJSON {
            guard let (status, fault) = Self.fault(error) else { throw error }
            try await send(visit, status, LoginPage(next: next, name: name, fault: fault))
        }
    }

    /// 403 and not 401, which would promise a challenge that a form cannot answer.
    private static func fault(_ error: GateError) -> (Status, LoginPage.Fault)? {
        switch error.code {
        case .unauthenticated: (.forbidden, .wrong)
        case .forbidden: (.forbidden, .disabled)
        case .tooManyAttempts: (.tooManyRequests, .throttled(seconds: nil))
        case .overloaded: (.serviceUnavailable, .busy)
        default: nil
        }
    }

    /// Ends the session. By GET only for a person's own click: no other change is made by GET.
    func logout(_ visit: ConsoleVisit) async throws {
        if visit.request.method == .get, let site = visit.request.fields["Sec-Fetch-Site"],
            site != "same-origin", site != "none"
        {
            throw Self.foreignOrigin
        }
        if let principal = visit.principal, case .session(let digest, _) = principal.credential {
            try await identity.logout(digest, by: principal.actor)
        }
        try await redirect(visit, to: "/login", ["Set-Cookie": settings.cookie.clear])
    }

    func redirect(_ visit: ConsoleVisit, to place: String, _ extra: Fields = [:]) async throws {
        var fields = Self.guarding
        fields["Location"] = place
        fields.append(contentsOf: extra)
        try await visit.exchange.respond(.seeOther, fields)
    }

    private static func credentials(_ body: [UInt8], isJSON: Bool) throws -> (
        name: String, password: Secret, next: LocalPath?
    ) {
        var pair: (String?, String?)
        var next: LocalPath?
        if isJSON {
            let json = try? JSON(parsing: body)
            pair = (json?["username"]?.string, json?["password"]?.string)
        } else {
            let form = try? FormURLEncoded(parsing: body.span)
            pair = (form?["username"], form?["password"])
            next = LocalPath(form?["next"])
        }
        guard let name = pair.0, let password = pair.1 else {
            throw Refusal(.badRequest, .invalidArgument, "Send username and password.")
        }
        return (name, Secret(password), next)
    }
}

internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// Where accounts, credentials and passwords are managed; nothing of a worker is ever served here.
///
/// Lives on a loop of its own. At TCP listeners a session of this surface or a token counts, and every change needs a page
/// of this very origin; at the Unix socket the kernel says whose process asks.
final class ConsoleApplication: HTTPApplication {
    var settings: ConsoleSettings
    let identity: IdentityService
    let admin: AdminSurface
    let snapshot: IdentitySnapshot
    let clock: WallClock
    let view: GateView
    private let log: GateLog
    let access: AccessLog
    private let reader: CredentialReader

    init(
        _ settings: ConsoleSettings, identity: IdentityService, state: IdentityState, log: GateLog,
        reactor: Reactor, clock: @escaping WallClock, view: GateView
    ) {
        (self.settings, self.identity, self.log, self.clock) = (settings, identity, log, clock)
        self.view = view
        access = log.access(on: reactor, clock: clock)
        admin = AdminSurface(identity, work: view.work, clock: clock)
        snapshot = IdentitySnapshot(state, limits: settings.sessionLimits)
        reader = CredentialReader(cookieName: settings.cookie.name)
    }

    func respond(to exchange: Exchange) async throws {
        exchange.loggedPath = exchange.request.path
        do {
            try await answer(try enter(exchange))
        } catch let refusal as Refusal {
            try await refuse(refusal, exchange)
        } catch let error as GateError {
            note(error)
            try await refuse(Refusal(error), exchange)
        } catch let error as HTTPError where error != .clientGone {
            try await refuse(Refusal(error), exchange)
        }
    }

    private func note(_ error: GateError) {
        guard error.origin != .client else { return }
        log.error("console_failed", ["code": .string(error.code.rawValue), "detail": .string(error.detail ?? "")])
    }

    func ended(_ summary: ExchangeSummary) { access.add(summary) }

    private func answer(_ visit: ConsoleVisit) async throws {
        guard let words = visit.words else { throw Refusal.notFound }
        switch (words.first, words.count) {
        case ("api", 3...) where words[1] == "v1": try await api(visit)
        case ("login", 1) where visit.request.method == .post: try await login(visit)
        case ("logout", 1) where visit.request.method == .post || visit.request.method == .get:
            try await logout(visit)
        case ("health", 1): try await send(visit, .ok, ["status": "alive"])
        case ("metrics", 1) where visit.request.method == .get: try await metrics(visit)
        case (nil, _): try await redirect(visit, to: .account)
        default:
            if let path = WebPath(words, on: .console) { return try await page(visit, path) }
            guard visit.principal != nil else { throw Refusal.unauthenticated }
            throw Refusal.notFound
        }
    }

    // MARK: The interface

    private func api(_ visit: ConsoleVisit) async throws {
        let segments = Array(visit.segments.dropFirst(2))
        if segments.count == 1, segments[0].text == "status", visit.request.method == .get {
            try require(.operator, visit.principal)
            return try await send(visit, .ok, await view.status())
        }
        let body = try await visit.exchange.readBody(limit: settings.body)
        var json = JSON.null
        if !body.isEmpty {
            // No form of a page can send this type, whatever its origin.
            guard visit.contentType == "application/json" else {
                throw Refusal(.unsupportedMediaType, "unsupported_media_type", "Send application/json.")
            }
            do throws(JSONError) { json = try JSON(parsing: body) } catch {
                throw Refusal(.badRequest, .invalidArgument, "The body is not JSON: \(error).")
            }
        }
        let wanted = AdminRequest(
            visit.request.method, segments: segments, query: visit.request.target.query, body: json,
            principal: visit.principal, address: visit.address)
        let answer: AdminAnswer
        do throws(GateError) { answer = try await admin.answer(wanted) } catch {
            note(error)
            var refusal = Refusal(error)
            if case .otherMethod(let methods) = AdminRoutes.table.match(wanted.method, wanted.segments[...]),
                error.code == .methodNotAllowed
            {
                refusal.fields["Allow"] = methods.map(\.rawValue).joined(separator: ", ")
            }
            throw refusal
        }
        if let asset = answer.asset { return try await send(visit, asset) }
        try await send(visit, answer.status, answer.body)
    }

    /// Bytes that a person made: never shown here, where administrators are.
    private func send(_ visit: ConsoleVisit, _ asset: Asset) async throws {
        guard let work = view.work?() else { throw Refusal.notFound }
        let file = try await work.assets.open(asset.hash)
        var fields = Self.guarding
        fields["Content-Type"] = SniffedType.unknown
        fields["Content-Disposition"] = ContentDisposition.header(.attachment, fileName: asset.hash.description)
        try await visit.exchange.sendFile(file, fields, lane: work.lane)
    }

    private func metrics(_ visit: ConsoleVisit) async throws {
        guard settings.showsMetrics else { throw Refusal.notFound }
        try require(.operator, visit.principal)
        var fields = Self.guarding
        fields["Content-Type"] = OperationSurface.textFields["Content-Type"]
        try await visit.exchange.respond(.ok, fields, Array(await view.metrics().utf8))
    }

    func require(_ access: RouteClass, _ principal: Principal?) throws {
        let action = Action(access, at: .console)
        if let refusal = Refusal(Policy.decide(principal, action, now: clock())) { throw refusal }
    }

    // MARK: Who asks

    private func enter(_ exchange: Exchange) throws -> ConsoleVisit {
        let request = exchange.request
        if case .unix = request.peer { return try enterLocally(exchange) }
        let client = settings.forwarding.client(of: exchange)
        guard case .origin = request.target.form,
            let host = client.host ?? request.fields["Host"].flatMap({ Authority($0) })
        else { throw Refusal(.badRequest, .invalidArgument, "The Host field is missing or malformed.") }
        guard settings.names.accepts(host: host, isSecure: client.isSecure) else {
            throw Refusal(
                .misdirectedRequest, "misdirected_request",
                "The console does not answer to that name; use an address, localhost, or a host of public_url.")
        }
        let bare = ConsoleVisit(
            exchange: exchange, address: client.address?.description ?? "local", isSecure: client.isSecure, host: host,
            principal: nil)
        return ConsoleVisit(
            exchange: exchange, address: bare.address, isSecure: bare.isSecure, host: host,
            principal: try authenticate(bare))
    }

    /// The Unix socket: root and the gate's own user are administrators, all others are nobody.
    private func enterLocally(_ exchange: Exchange) throws -> ConsoleVisit {
        guard let uid = settings.peerUserID(exchange), uid == 0 || uid == settings.ownUserID else {
            throw Refusal(
                .forbidden, .forbidden, "Only root and the gate's own user may use this socket.",
                ["Connection": "close"]
            )
        }
        return ConsoleVisit(
            exchange: exchange, address: "local", isSecure: false, host: nil, principal: .console(uid: uid))
    }

    private func authenticate(_ visit: ConsoleVisit) throws -> Principal? {
        let now = clock()
        switch reader.read(visit.request.fields, visit.request.target.query) {
        case .none:
            try checkOrigin(visit, hasCookie: false)
            return nil
        case .malformed, .bearer(_, inQuery: true): throw Refusal.unauthenticated
        case .bearer(let secret, inQuery: false):
            try checkOrigin(visit, hasCookie: false)
            guard let principal = snapshot.principal(token: digest(secret), now: now) else {
                throw Refusal.unauthenticated
            }
            return principal
        case .session(let secret):
            try checkOrigin(visit, hasCookie: true)
            return snapshot.principal(session: digest(secret), at: .console, now: now)
        }
    }

    private func digest(_ secret: Secret) -> Digest32 {
        let bytes = Array(secret.reveal().utf8)
        return .sha256(bytes)
    }

    /// A change is asked for by a page of this origin, or by a program, which has neither Origin nor cookie.
    private func checkOrigin(_ visit: ConsoleVisit, hasCookie: Bool) throws {
        let request = visit.request
        let site = request.fields["Sec-Fetch-Site"]
        guard request.method != .get, request.method != .head else {
            if hasCookie { try checkReader(visit, site: site) }
            return
        }
        if let text = request.fields["Origin"] {
            guard let origin = Origin(text), let host = visit.host,
                settings.names.accepts(origin: origin, host: host, isSecure: visit.isSecure)
            else { throw Self.foreignOrigin }
        } else if site != "same-origin", hasCookie || (site != nil && site != "none") {
            throw Self.foreignOrigin
        }
    }

    /// Reading with a cookie: by a page of this origin, or by a person who follows a link. A script of the editor's shares
    /// the console's host, and so its cookies travel; what it loads is refused before the browser has to hide it.
    private func checkReader(_ visit: ConsoleVisit, site: String?) throws {
        let fields = visit.request.fields
        if let text = fields["Origin"] {
            guard let origin = Origin(text), let host = visit.host,
                settings.names.accepts(origin: origin, host: host, isSecure: visit.isSecure)
            else { throw Self.foreignOrigin }
        }
        guard let site, site != "same-origin", site != "none" else { return }
        guard fields["Sec-Fetch-Mode"] == "navigate", fields["Sec-Fetch-Dest"] == "document" else {
            throw Self.foreignOrigin
        }
    }

    static let foreignOrigin = Refusal(
        .forbidden, "foreign_origin", "Only a page of the console itself may ask for this.")

    // MARK: Answers

    func send(_ visit: ConsoleVisit, _ status: Status, _ body: JSON, _ extra: Fields = [:]) async throws {
        var fields = Self.guarding
        fields["Content-Type"] = "application/json; charset=utf-8"
        fields.append(contentsOf: extra)
        try await visit.exchange.respond(status, fields, body.encoded())
    }

    private func refuse(_ refusal: Refusal, _ exchange: Exchange) async throws {
        let request = exchange.request
        let isAPI = request.target.segments.first?.text == "api"
        if !isAPI, AcceptHeaders.namesHTML(request.fields["Accept"]) {
            return try await refuse(refusal, toBrowser: exchange)
        }
        var fields = Self.guarding
        fields.append(contentsOf: refusal.fields)
        fields["Content-Type"] = "application/json; charset=utf-8"
        let body: JSON = [
            "error": ["code": .string(refusal.code.rawValue), "message": .string(refusal.message), "details": [:]]
        ]
        try await exchange.respond(refusal.status, fields, body.encoded())
    }

    private func refuse(_ refusal: Refusal, toBrowser exchange: Exchange) async throws {
        let request = exchange.request
        let say = context(request, nil)
        if refusal.status == .unauthorized {
            let isPage = request.method == .get && !request.target.segments.isEmpty
            let next: [(FieldName, String)] = isPage ? [(.next, request.target.encoded)] : []
            var fields = Self.guarding
            fields["Location"] = say.link(.login, next).text
            return try await exchange.respond(.seeOther, fields)
        }
        var fields = PageFields.all
        fields["X-Frame-Options"] = "DENY"
        fields.append(contentsOf: refusal.fields)
        let page = ErrorPage(
            refusal.status, code: refusal.code, message: refusal.message, host: request.fields["Host"] ?? "")
        try await exchange.respond(refusal.status, fields, page.body(say))
    }

    /// On every answer.
    static let guarding: Fields = [
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": PageFields.contentSecurityPolicy,
    ]
}

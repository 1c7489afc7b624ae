internal import Basics
internal import Fleet
public import HTTP
internal import Identity
internal import Loop
internal import Store
public import Wire

/// The gate's application on one loop.
public final class GateApplication: HTTPApplication {
    @safe @exclusivity(unchecked) var shared: GateShared
    let reactor: Reactor
    let snapshot: IdentitySnapshot
    let native: NativeSurface
    var services: [ServiceSurface]
    @safe @exclusivity(unchecked) var account: AccountSurface
    let budgets: LoopBudgets
    let sockets: EventSockets
    let watch: ReadinessWatch
    var lane: ServiceLane
    let access: AccessLog
    var reader: CredentialReader
    private var requestIDs = RequestIDs()
    /// The id of the request that goes the short way; its memory is used again.
    private var laneID: [UInt8] = []
    /// When a failure was logged last, by its code, and how many have not been since.
    private var failures: [GateError.Code: (time: UInt64, left: Int)] = [:]
    public private(set) var counts = RequestCounts()
    /// Where the worker answers without the gate; see `WorkerExposure`.
    var exposure: [String] = []

    /// - Parameter loop: Its number among the gate's loops.
    init(shared: GateShared, loop: Int, reactor: Reactor, state: IdentityState, resolver: Resolver) {
        self.shared = shared
        self.reactor = reactor
        snapshot = IdentitySnapshot(state, limits: shared.settings.sessionLimits)
        reader = CredentialReader(cookieName: shared.settings.cookie.name)
        budgets = LoopBudgets(shared.budgets, shared.settings.accountLimits)
        sockets = EventSockets(loop: loop)
        native = NativeSurface(
            shared: shared, sockets: sockets, budgets: budgets, reactor: reactor, resolver: resolver)
        services = shared.settings.services.map { ServiceSurface($0, reactor: reactor, resolver: resolver) }
        lane = ServiceLane(services, shared.settings)
        access = shared.log.access(on: reactor, clock: shared.clock)
        account = AccountSurface(shared: shared)
        watch = ReadinessWatch(shared: shared, reactor: reactor, resolver: resolver)
    }

    public func disposition(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection
    ) -> Disposition {
        guard !lane.isEmpty,
            let request = lane.judge(
                head, bytes, peer: connection.peer, isSecure: connection.isSecure,
                accepts: { accepts($0, isSecure: connection.isSecure) })
        else { return .exchange }
        let now = shared.clock()
        let token = bytes.extracting(request.token.start..<request.token.end)
        guard let principal = snapshot.principal(token: Digest32.sha256(token), now: now),
            case .allow = Policy.decide(principal, Identity.Action(.generate, at: .gate), now: now),
            // Refused here costs nothing: the long way asks again and has the words.
            budgets.admit(principal.account, now: reactor.now) == 0
        else { return .exchange }
        laneID.removeAll(keepingCapacity: true)
        requestIDs.append(head, bytes, to: &laneID)
        request.service.write(
            head, bytes, path: request.path, query: request.query, peer: connection.peer, host: request.host, principal,
            id: laneID, to: &reactor.writeBuffer)
        return .forward(request.service.pool, .service, requestID: laneID, owner: principal)
    }

    public func respond(to exchange: Exchange) async throws {
        var visit: Visit?
        let id = requestIDs.next(exchange.request.fields)
        exchange.requestID = id
        do {
            try await answer(exchange, id, &visit)
        } catch let refusal as Refusal {
            try await refuse(refusal, exchange, id, visit)
        } catch let error as GateError {
            log(error, id)
            try await refuse(Refusal(error), exchange, id, visit)
        } catch let error as HTTPError where error != .clientGone {
            try await refuse(Refusal(error), exchange, id, visit)
        } catch let failure as UpstreamFailure {
            shared.log.warning("upstream_failed", ["reason": .string("\(failure)"), "request": .string(id)])
            try await refuse(Refusal(failure), exchange, id, visit)
        }
    }

    /// Milliseconds between two lines about the same failure: a full disk fails for everybody, again and again.
    private static let failureInterval: UInt64 = 1_000

    private func log(_ error: GateError, _ id: String) {
        // That it is low was told when it was found.
        if error.code == .diskLow { return }
        var line: JSONObject = [
            "code": .string(error.code.rawValue), "detail": .string(error.detail ?? ""), "request": .string(id),
        ]
        if let known = failures[error.code] {
            guard reactor.now - known.time >= Self.failureInterval else {
                failures[error.code] = (known.time, known.left + 1)
                return
            }
            if known.left > 0 { line["left_out"] = JSON(known.left) }
        }
        failures[error.code] = (reactor.now, 0)
        shared.log.error("request_failed", line)
    }

    private func answer(_ exchange: Exchange, _ id: String, _ known: inout Visit?) async throws {
        var visit = try enter(exchange)
        visit.requestID = id
        visit.failed = { [self, visit] failure in answer(failure, id, visit) }
        known = visit
        if let service = services.first(where: { $0.takes(visit) }) {
            try authenticate(&visit)
            known = visit
            try admit(visit)
            try decide(.generate, visit)
            return try await service.answer(visit)
        }
        if ConsolePaths.contains(visit.segments) { throw Refusal.notFound }
        if try await account.answer(visit, self) { return }
        guard exchange.request.method != .options else {
            return try await visit.respond(.ok)
        }
        switch NativeRoutes.table.match(exchange.request.method, visit.segments) {
        case .none:
            try authenticate(&visit)
            known = visit
            try admit(visit)
            // ComfyUI's own answers: what is not there is 404 for reading, 405 for the rest.
            guard visit.principal != nil else { throw Refusal.unauthenticated }
            throw Refusal.notFound
        case .otherMethod(let methods):
            try authenticate(&visit)
            guard visit.principal != nil else { throw Refusal.unauthenticated }
            let allowed = methods.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.methodNotAllowed, "method_not_allowed", "Use \(allowed) here.", ["Allow": allowed])
        case .found(let route, let parameters):
            try authenticate(&visit)
            known = visit
            try decide(route.access, visit)
            // The web UI's own files come by the hundred when a page is loaded.
            if route.action != .page { try admit(visit) }
            switch route.action {
            case .upload, .uploadMask, .asset(.make), .userData(.write):
                if let account = visit.principal?.account { try budgets.holdUpload(account, exchange) }
            default: break
            }
            try await native.answer(visit, route, parameters)
        }
    }

    // MARK: Revocation

    /// The server of this loop, whose forwards know for whom they work.
    unowned var server: HTTPServer?

    /// Takes a change of accounts or credentials over; what goes on with a right that has ended is ended now.
    func apply(_ delta: IdentityDelta) {
        snapshot.apply(delta)
        for item in delta.items {
            switch item {
            case .accountRemoved(let id):
                endForwards { $0.account == id }
                budgets.forget(id)
            case .account(let account) where account.disabled: endForwards { $0.account == account.id }
            case .sessionsRemoved(let id):
                endForwards { principal in
                    if case .session = principal.credential { principal.account == id } else { false }
                }
            case .sessionRemoved(let digest):
                endForwards { principal in
                    if case .session(let own, _) = principal.credential { own == digest } else { false }
                }
            case .tokenRemoved, .token, .account, .session, .touched: break
            }
        }
        // A token is known here by its id, the change names its digest: what no longer counts is asked of each.
        if delta.items.contains(where: { if case .tokenRemoved = $0 { true } else { false } }) {
            endForwards { principal in
                guard case .token(let id, _, _) = principal.credential else { return false }
                return !snapshot.holds(token: id, of: principal.account)
            }
        }
    }

    /// Ends what has outlived the credential that began it; called every minute.
    func closeOutlived(now: Timestamp) { endForwards { $0.expires.map { $0 <= now } ?? false } }

    private func endForwards(_ isOver: (Principal) -> Bool) {
        server?.endForwards { owner in (owner as? Principal).map(isOver) ?? false }
        sockets.close(isOver)
    }

    // MARK: The questions asked of every request

    /// Where a request comes from, and whether this host is ours.
    func enter(_ exchange: Exchange) throws -> Visit {
        let request = exchange.request
        let client = shared.settings.forwarding.client(of: exchange)
        let authority: Authority
        switch request.target.form {
        case .origin, .asterisk:
            guard let host = client.host ?? request.fields["Host"].flatMap({ Authority($0) }) else {
                throw Refusal(.badRequest, .invalidArgument, "The Host field is missing or malformed.")
            }
            authority = host
        case .absolute(_, let named):
            guard let host = request.fields["Host"].flatMap({ Authority($0) }),
                host.isSame(as: named, secure: request.isSecure)
            else { throw Refusal(.badRequest, .invalidArgument, "The request target and Host name different hosts.") }
            authority = host
        case .authority:
            throw Refusal(.methodNotAllowed, "method_not_allowed", "This is no proxy.", ["Allow": "GET, POST"])
        }
        guard accepts(authority, isSecure: client.isSecure) else {
            throw Refusal(
                .misdirectedRequest, "misdirected_request",
                "This gate does not answer to that name; add it to public_url in its configuration.")
        }
        let segments = request.target.segments
        guard segments.starts(with: shared.settings.basePath, by: { $0.text == $1 && !$0.hasEncodedSlash }) else {
            throw Refusal.notFound
        }
        var visit = Visit(
            exchange: exchange, address: client.address?.description ?? "local", isSecure: client.isSecure,
            host: authority,
            segments: segments[shared.settings.basePath.count...],
            credential: reader.read(request.fields, request.target.query),
            principal: nil)
        if visit.segments.count == 1, visit.segments.first?.text == "" { visit = visit.atRoot() }
        exchange.loggedPath = request.target.path
        return visit
    }

    private func accepts(_ host: Authority, isSecure: Bool) -> Bool {
        shared.settings.names.accepts(host: host, isSecure: isSecure) || services.contains { $0.owns(host) }
    }

    /// Who asks; a credential that is worth nothing is refused, and never taken for none.
    func authenticate(_ visit: inout Visit) throws {
        let now = shared.clock()
        switch visit.credential {
        case .none: return
        case .malformed: throw Refusal.unauthenticated
        case .bearer(let secret, let inQuery):
            let text = secret.reveal()
            guard let principal = snapshot.principal(token: digest(text), now: now),
                !inQuery || mayShowInQuery(principal, visit)
            else { throw Refusal.unauthenticated }
            visit.principal = principal
            visit.exchange.owner = principal
        case .session(let secret):
            // A dead cookie is no attack: the browser is sent to the login page.
            guard let principal = snapshot.principal(session: digest(secret.reveal()), at: .gate, now: now) else {
                return
            }
            try checkOrigin(visit)
            visit.principal = principal
            visit.exchange.owner = principal
        }
    }

    private func digest(_ text: String) -> Digest32 {
        let bytes = Array(text.utf8)
        return .sha256(bytes)
    }

    /// Tokens stand in addresses only where no field can be sent; old ComfyUI-Login clients are used to it everywhere.
    private func mayShowInQuery(_ principal: Principal, _ visit: Visit) -> Bool {
        if case .token(_, .migration, _) = principal.credential { return true }
        let last = visit.segments.last?.text
        return visit.request.method == .get && (last == "ws" || last == "view")
    }

    /// A cookie travels with every request a browser makes, whoever wrote the page: a change, and a socket, need ours.
    private func checkOrigin(_ visit: Visit) throws {
        let request = visit.request
        guard !(request.method == .get || request.method == .head) || request.wantsUpgrade else { return }
        if let text = request.fields["Origin"] {
            guard let origin = Origin(text),
                shared.settings.names.accepts(origin: origin, host: visit.host, isSecure: visit.isSecure)
            else {
                throw Refusal(
                    .forbidden, "foreign_origin",
                    "A page of another origin asked for this. If it is the gate's own, add its address to public_url.")
            }
        } else if request.fields["Sec-Fetch-Site"] != "same-origin" {
            throw Refusal(
                .forbidden, "foreign_origin", "A request with a cookie must say by Origin which page it comes from.")
        }
    }

    func decide(_ access: RouteClass, _ visit: Visit) throws {
        let action = Identity.Action(access, at: .gate)
        if let refusal = Refusal(Policy.decide(visit.principal, action, now: shared.clock())) { throw refusal }
    }

    // MARK: Refusals

    private func refuse(
        _ refusal: Refusal, _ exchange: Exchange, _ id: String, _ visit: Visit?
    ) async throws {
        let answer = errorAnswer(refusal, id, visit)
        try await exchange.respond(answer.status, answer.fields, answer.body)
    }

    /// How a refusal is dressed for who asked.
    private func errorAnswer(_ refusal: Refusal, _ id: String, _ visit: Visit?) -> ErrorAnswer {
        var fields = refusal.fields
        fields["X-Request-Id"] = id
        fields["Cache-Control"] = "no-store"
        fields["X-Content-Type-Options"] = "nosniff"
        if let visit, visit.wantsPage {
            if refusal.status == .unauthorized {
                fields["WWW-Authenticate"] = nil
                fields["Location"] = shared.settings.path("login") + account.nextQuery(visit)
                return ErrorAnswer(.found, fields, [])
            }
            for pair in PageFields.all.pairs { fields[pair.name] = pair.value }
            return ErrorAnswer(refusal.status, fields, shared.pages.error(refusal, visit, now: shared.clock()))
        }
        fields["Content-Type"] = "application/json; charset=utf-8"
        return ErrorAnswer(refusal.status, fields, body(of: refusal, id, visit).encoded())
    }

    /// Native clients know two shapes: ComfyUI's own for `/prompt`, and ComfyUI-Login's for a missing login.
    private func body(of refusal: Refusal, _ id: String, _ visit: Visit?) -> JSON {
        if visit?.segments.last?.text == "prompt", visit?.request.method == .post, refusal.status != .unauthorized {
            return [
                "error": [
                    "type": .string(refusal.code.rawValue), "message": .string(refusal.message), "details": "",
                    "extra_info": [:],
                ], "node_errors": [:],
            ]
        }
        if refusal.status == .unauthorized { return ["error": .string(refusal.message)] }
        return [
            "error": [
                "code": .string(refusal.code.rawValue), "message": .string(refusal.message),
                "details": ["request": .string(id)],
            ]
        ]
    }

    public func ended(_ summary: ExchangeSummary) {
        counts.add(summary.status)
        access.add(summary)
    }

    public func forwardFailed(_ failure: ForwardFailure, requestID: [UInt8]) -> ErrorAnswer {
        answer(failure, String(decoding: requestID, as: UTF8.self), nil)
    }

    /// Dresses the failure, and writes it down when it is not the client's.
    private func answer(_ failure: ForwardFailure, _ id: String, _ visit: Visit?) -> ErrorAnswer {
        switch failure {
        case .upstream(let failure):
            shared.log.warning("upstream_failed", ["reason": .string("\(failure)"), "request": .string(id)])
            return errorAnswer(Refusal(failure), id, visit)
        case .body(let error): return errorAnswer(Refusal(error), id, visit)
        }
    }
}

/// How many requests one loop has answered, by class of status.
public struct RequestCounts: Sendable, Hashable {
    public private(set) var byClass = [Int](repeating: 0, count: 6)
    mutating func add(_ status: Int) { byClass[min(5, max(0, status / 100))] += 1 }
    public var total: Int { byClass.reduce(0, +) }
}

extension Visit {
    /// The same at the root: the path is `/` alone.
    func atRoot() -> Visit {
        Visit(
            exchange: exchange, address: address, isSecure: isSecure, host: host, segments: [], credential: credential,
            principal: principal, requestID: requestID)
    }
}

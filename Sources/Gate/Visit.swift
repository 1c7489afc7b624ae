internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// One request in the light of the gate's rules: who asks, from where, for what.
struct Visit {
    let exchange: Exchange
    /// Behind trusted proxies: the client's own address in text form.
    let address: String
    let isSecure: Bool
    let host: Authority
    /// The path below the base path.
    let segments: ArraySlice<RequestTarget.Segment>
    let credential: PresentedCredential
    var principal: Principal?
    /// For the answer, the log and the worker; see `RequestIDs`.
    var requestID = ""
    /// What the client is told when whom the request is handed to does not answer it.
    var failed: ((ForwardFailure) -> ErrorAnswer)?

    var request: Request { exchange.request }
    var query: Query { request.target.query }

    var requestIDLine: String { "X-Request-Id: \(requestID)\r\n" }

    /// A whole answer, with the request's id.
    func respond(_ status: Status, _ fields: Fields = [:], _ body: [UInt8] = []) async throws(HTTPError) {
        var fields = fields
        fields["X-Request-Id"] = requestID
        try await exchange.respond(status, fields, body)
    }

    /// A person with a browser, who gets pages and not JSON.
    var wantsPage: Bool {
        (request.method == .get || request.method == .head) && AcceptHeaders.namesHTML(request.fields["Accept"])
    }
}

extension ForwardingPolicy {
    /// Somebody is believed who says whom it asks for.
    var trustsAnybody: Bool { !proxies.isEmpty || trustsLocalSockets }

    /// Who is at the other end of a request, past the proxies that are believed; the access log tells it, too.
    func client(of exchange: Exchange) -> ForwardedClient {
        let request = exchange.request
        let client = client(
            peer: IPAddress(request.peer.host), isSecure: request.isSecure,
            forwardedFor: request.fields.all("X-Forwarded-For"),
            forwardedProto: request.fields.all("X-Forwarded-Proto"),
            forwardedHost: request.fields.all("X-Forwarded-Host"))
        if trustsAnybody, let address = client.address { exchange.loggedPeer = SocketAddress(address, port: 0) }
        return client
    }
}

/// A refusal in the gate's words; how it is dressed depends on who asks.
struct Refusal: Error, Sendable {
    let status: Status
    /// Stable snake_case, listed in `docs/errors.md`.
    let code: GateError.Code
    /// One sentence that names the remedy.
    let message: String
    var fields = Fields()

    init(_ status: Status, _ code: GateError.Code, _ message: String, _ fields: Fields = [:]) {
        (self.status, self.code, self.message, self.fields) = (status, code, message, fields)
    }

    static let unauthenticated = Refusal(
        .unauthorized, .unauthenticated, "Authentication required.", ["WWW-Authenticate": "Bearer realm=\"ComfyGate\""])
    static let notFound = Refusal(.notFound, .notFound, "There is nothing here.")

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(.contentTooLarge, "request_too_large", "The body is larger than \(limit) bytes.")
    }

    /// Nil when it is allowed.
    init?(_ decision: Decision) {
        switch decision {
        case .allow: return nil
        case .unauthenticated: self = .unauthenticated
        case .forbidden(let reason): self.init(.forbidden, .forbidden, reason.rawValue)
        case .hidden: self = .notFound
        }
    }

    init(_ error: GateError) {
        let status: Status =
            switch error.code {
            case .notFound: .notFound
            case .invalidArgument: .badRequest
            case .alreadyExists, .inUse, .lastAdministrator: .conflict
            case .methodNotAllowed: .methodNotAllowed
            case .requestTooLarge, .pictureTooLarge: .contentTooLarge
            case .pictureUnreadable: .unsupportedMediaType
            case .unauthenticated: .unauthorized
            case .forbidden: .forbidden
            case .tooManyAttempts, .tooManyJobs, .quotaExceeded: .tooManyRequests
            case .userDataFull: .insufficientStorage
            case .overloaded, .diskLow, .storeUnavailable, .storeFull, .storeReadOnly, .storeBusy, .storeIO:
                .serviceUnavailable
            default: error.origin == .client ? .badRequest : .internalServerError
            }
        self.init(status, error.code, error.message)
        if status == .serviceUnavailable || status == .tooManyRequests { fields["Retry-After"] = "5" }
        // Quotas begin anew with a day.
        if error.code == .quotaExceeded { fields["Retry-After"] = "3600" }
    }

    /// A body that cannot be read.
    init(_ error: HTTPError) {
        let code: GateError.Code =
            switch error.status {
            case .contentTooLarge: "request_too_large"
            case .requestTimeout: "request_too_slow"
            default: .invalidArgument
            }
        self.init(error.status, code, error.message)
    }

    init(_ failure: UpstreamFailure) {
        let code: GateError.Code =
            switch failure {
            case .unreachable: "worker_unreachable"
            case .timedOut: "worker_timeout"
            case .brokeOff, .invalid: "worker_broken"
            case .overloaded: .overloaded
            }
        self.init(failure.status, code, failure.message)
        if failure.status == .serviceUnavailable { fields["Retry-After"] = "5" }
    }
}

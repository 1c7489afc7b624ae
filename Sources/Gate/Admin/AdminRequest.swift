public import Basics
public import Identity
public import Store
public import Wire

/// One question of administration, by whichever way it came.
public struct AdminRequest: Sendable {
    public let method: Method
    /// Below `/api/v1`.
    public let segments: [RequestTarget.Segment]
    public let query: Query
    /// `null` when there is none.
    public let body: JSON
    /// Who asks; nil for somebody without a credential.
    public let principal: Principal?
    /// Where from, in text form; `local` for the Unix socket and for the same process.
    public let address: String

    public init(
        _ method: Method, segments: [RequestTarget.Segment], query: Query, body: JSON, principal: Principal?,
        address: String
    ) {
        (self.method, self.segments, self.query, self.body) = (method, segments, query, body)
        (self.principal, self.address) = (principal, address)
    }

    /// A request of this process itself.
    ///
    /// - Throws: `invalidArgument` for a word that no path can carry.
    public init(
        _ method: Method, _ path: [String], query: [(name: String, value: String)] = [], body: JSON = .null,
        principal: Principal?
    ) throws(GateError) {
        guard let target = try? RequestTarget(segments: path, query: Query(query)) else {
            throw GateError(.invalidArgument, from: .client, "A name or id has characters that none can have.")
        }
        self.init(
            method, segments: target.segments, query: target.query, body: body, principal: principal, address: "local")
    }
}

/// What there is to say; secrets stand in the answer that made them and nowhere else.
public struct AdminAnswer: Sendable, Hashable {
    public let status: Status
    public let body: JSON
    /// Bytes of the asset store that are the answer in the body's place.
    public let asset: Asset?

    public init(_ status: Status, _ body: JSON, asset: Asset? = nil) {
        (self.status, self.body, self.asset) = (status, body, asset)
    }
    static func ok(_ body: JSON) -> AdminAnswer { AdminAnswer(.ok, body) }
    static func created(_ body: JSON) -> AdminAnswer { AdminAnswer(.created, body) }
    /// For what has no more to say than that it was done.
    static let done = AdminAnswer(.ok, ["done": true])
}

extension GateError.Code {
    public static let methodNotAllowed: Self = "method_not_allowed"
}

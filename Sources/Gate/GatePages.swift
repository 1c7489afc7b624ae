internal import Basics
internal import HTTP
internal import Store
internal import Wire

/// The gate's own pages, dressed for one visit: language, base path, links.
struct GatePages: Sendable {
    private let settings: GateSettings
    private let guestsAllowed: Bool

    init(_ settings: GateSettings, guestsAllowed: Bool) {
        (self.settings, self.guestsAllowed) = (settings, guestsAllowed)
    }

    func login(_ visit: Visit, now: Timestamp) -> [UInt8] {
        var page = LoginPage()
        page.next = LocalPath(visit.query[FieldName.next.rawValue])
        if visit.query["wrong_password"] != nil { page.fault = .wrong }
        page.guestsAllowed = guestsAllowed
        return page.body(context(visit, now: now))
    }

    /// Any page, as it is.
    func body(of page: some WebPage, _ visit: Visit, now: Timestamp) -> [UInt8] { page.body(context(visit, now: now)) }

    func error(_ refusal: Refusal, _ visit: Visit, now: Timestamp) -> [UInt8] {
        ErrorPage(
            refusal.status, code: refusal.code, message: refusal.message, request: visit.requestID,
            host: visit.host.description,
            known: settings.names.configured
        ).body(context(visit, now: now))
    }

    /// A file the pages load; nil for any other path.
    func file(_ visit: Visit) -> WebFile? {
        WebPath(visit.segments.map(\.text), on: .gate).flatMap { WebFile($0) }
    }

    private func context(_ visit: Visit, now: Timestamp) -> PageContext {
        let target = visit.request.target
        let place: PageContext.Place? =
            visit.request.method == .get
            ? .init(segments: target.segments.map(\.text), query: visit.query) : nil
        return PageContext(
            surface: .gate, basePath: settings.basePath, now: now,
            acceptLanguage: visit.request.fields["Accept-Language"],
            query: visit.query, place: place)
    }
}

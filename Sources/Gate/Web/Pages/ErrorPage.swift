internal import Basics
internal import Identity
internal import Wire

/// Says to a person with a browser what went wrong and what to do about it.
struct ErrorPage: WebPage {
    enum Cause: Sendable, Hashable {
        /// 403 because of the role.
        case forbidden
        /// 403 because of a token's scopes and the like, in the words of whoever refused.
        case refused(GateError.Code, message: String)
        /// 403 until a new password is chosen.
        case passwordDue
        /// 403 because another site's page asked.
        case foreignOrigin
        case notFound
        /// 421. The names that are known, so that people find their way.
        case misdirected(host: String, known: [HTTPURL])
        /// 502 and 503.
        case workerUnreachable, workerBroken, overloaded, storeUnavailable
        /// 504.
        case workerTimeout
        /// 429.
        case tooMany
        /// 500: nothing a visitor could do or should know.
        case own
    }

    let status: Status
    let cause: Cause
    let code: GateError.Code
    /// The request's id, as it stands in the log.
    let request: String?
    /// Asked again only for what a browser may repeat, GET.
    var mayRepeat = true
    /// The console, for passwords.
    var console: HTTPURL?

    init(_ status: Status, _ cause: Cause, code: GateError.Code, request: String? = nil) {
        (self.status, self.cause, self.code, self.request) = (status, cause, code, request)
    }

    /// The page for a refusal.
    ///
    /// - Parameters:
    ///   - message: Shown as it is only when the code has no words of its own here.
    ///   - host: What the visitor asked for, and `known`: what would be right; for 421.
    init(
        _ status: Status, code: GateError.Code, message: String, request: String? = nil, host: String = "",
        known: [HTTPURL] = []
    ) {
        let cause: Cause =
            switch (status.code, code.rawValue) {
            case (421, _): .misdirected(host: host, known: known)
            case (404, _): .notFound
            case (429, _): .tooMany
            case (403, "foreign_origin"): .foreignOrigin
            case (403, _) where message == Decision.Reason.passwordChangeDue.rawValue: .passwordDue
            case (403, _) where message == Decision.Reason.role.rawValue: .forbidden
            case (504, _): .workerTimeout
            case (_, "worker_broken"): .workerBroken
            case (_, "worker_unreachable"): .workerUnreachable
            case (_, "store_unavailable"), (_, "store_corrupt"): .storeUnavailable
            case (503, _): .overloaded
            case (502, _): .workerBroken
            case (500..., _): .own
            default: .refused(code, message: message)
            }
        self.init(status, cause, code: code, request: request)
    }

    var layout: PageLayout { .card }

    /// 10 s for what is likely to pass, 30 s for what needs somebody; never after a timeout, whose work may go on.
    var refreshSeconds: Int? {
        guard mayRepeat else { return nil }
        return switch cause {
        case .workerUnreachable, .workerBroken, .overloaded: 10
        case .storeUnavailable: 30
        default: nil
        }
    }

    func title(_ say: PageContext) -> String {
        switch cause {
        case .forbidden, .passwordDue, .foreignOrigin: say(ErrorWords.forbiddenTitle)
        case .refused: say(status.code == 403 ? ErrorWords.forbiddenTitle : ErrorWords.otherTitle)
        case .notFound: say(ErrorWords.notFoundTitle)
        case .misdirected: say(ErrorWords.misdirectedTitle)
        case .workerUnreachable, .workerBroken: say(ErrorWords.downTitle)
        case .overloaded: say(ErrorWords.overloadedTitle)
        case .workerTimeout: say(ErrorWords.timeoutTitle)
        case .tooMany: say(ErrorWords.tooManyTitle)
        case .own, .storeUnavailable: say(ErrorWords.ownTitle)
        }
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        explanation(say)
        if let refreshSeconds {
            Tag.p(.class("muted")) { say(ErrorWords.refreshes, count: refreshSeconds) }
        }
        actions(say)
        Tag.p(.class("reference")) {
            say(
                ErrorWords.reference,
                ["status": String(status.code), "code": code.rawValue, "request": request ?? "–"])
        }
    }

    @HTMLBuilder private func explanation(_ say: PageContext) -> HTML {
        switch cause {
        case .forbidden: Tag.p { say(ErrorWords.forbidden) }
        case .refused(let code, let message):
            Tag.p { say.text(ServiceWords.phrase(GateError(code, from: .client, message))) }
        case .passwordDue:
            Tag.p { say(ErrorWords.passwordDue) }
            if let console, let link = Link(console) { Tag.p { Tag.a(.href(link)) { console.description } } }
        case .foreignOrigin:
            Tag.p { say(ErrorWords.foreignOrigin) }
            Tag.p(.class("muted")) { say(ErrorWords.misdirectedRemedy) }
        case .notFound: Tag.p { say(ErrorWords.notFound) }
        case .misdirected(let host, let known): misdirected(say, host, known)
        case .workerUnreachable: Tag.p { say(ErrorWords.unreachable) }
        case .workerBroken: Tag.p { say(ErrorWords.broken) }
        case .overloaded: Tag.p { say(ErrorWords.overloaded) }
        case .storeUnavailable: Tag.p { say(ErrorWords.storeUnavailable) }
        case .workerTimeout: Tag.p { say(ErrorWords.timeout) }
        case .tooMany: Tag.p { say(ErrorWords.tooMany) }
        case .own: Tag.p { say(ErrorWords.own) }
        }
    }

    @HTMLBuilder private func misdirected(_ say: PageContext, _ host: String, _ known: [HTTPURL]) -> HTML {
        Tag.p { say.rich(ErrorWords.misdirected, ["host": Tag.code { HTML.typed(host) }]) }
        if !known.isEmpty {
            Tag.p { say(ErrorWords.knownAddresses) }
            Tag.ul {
                for url in known {
                    if let link = Link(url) { Tag.li { Tag.a(.href(link)) { url.description } } }
                }
            }
        }
        Tag.p { say(ErrorWords.misdirectedRemedy) }
        // Shown only when it is a plain name: a quotation of nonsense helps nobody.
        if let authority = Authority(host) {
            say.copyable("public_url:\n  - https://\(authority)", label: "comfygate.yaml")
        }
    }

    @HTMLBuilder private func actions(_ say: PageContext) -> HTML {
        switch cause {
        case .misdirected: HTML.empty
        case .workerUnreachable, .workerBroken, .overloaded, .storeUnavailable, .workerTimeout:
            if mayRepeat, let place = say.place {
                Tag.p {
                    Tag.a(.class("button"), .href(Link(path: place.segments, query: place.query.removing(["token"])))) {
                        say(ErrorWords.retry)
                    }
                }
            }
        case .forbidden, .refused, .passwordDue:
            Tag.p { Tag.a(.class("button"), .href(say.home)) { say(ErrorWords.home) } }
            Tag.p { Tag.a(.href(say.link(.login))) { say(ErrorWords.login) } }
        case .foreignOrigin, .notFound, .tooMany, .own:
            Tag.p { Tag.a(.class("button"), .href(say.home)) { say(ErrorWords.home) } }
        }
    }
}

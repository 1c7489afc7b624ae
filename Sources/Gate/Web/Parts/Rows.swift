internal import Basics
internal import Store

/// A token as lists show it; its secret is not in it.
struct TokenRow: Sendable, Hashable {
    let id: UUID
    let label: String
    let kind: Token.Kind
    let scopes: Scopes
    let created: Timestamp
    let expires: Timestamp?
    let lastUsed: Timestamp?

    init(
        id: UUID, label: String, kind: Token.Kind = .regular, scopes: Scopes, created: Timestamp,
        expires: Timestamp? = nil, lastUsed: Timestamp? = nil
    ) {
        (self.id, self.label, self.kind, self.scopes) = (id, label, kind, scopes)
        (self.created, self.expires, self.lastUsed) = (created, expires, lastUsed)
    }

    init(_ token: Token) {
        self.init(
            id: token.id, label: token.label, kind: token.kind, scopes: token.scopes, created: token.created,
            expires: token.expires, lastUsed: token.lastUsed)
    }
}

/// A browser's login as lists show it.
struct SessionRow: Sendable, Hashable {
    /// `Session.label`, no secret.
    let label: String
    let surface: Surface
    let address: String
    let userAgent: String
    let created: Timestamp
    let lastUsed: Timestamp
    /// The one that asks.
    let isCurrent: Bool

    init(
        label: String, surface: Surface, address: String, userAgent: String, created: Timestamp, lastUsed: Timestamp,
        isCurrent: Bool = false
    ) {
        (self.label, self.surface, self.address, self.userAgent) = (label, surface, address, userAgent)
        (self.created, self.lastUsed, self.isCurrent) = (created, lastUsed, isCurrent)
    }

    init(_ session: Session, isCurrent: Bool) {
        self.init(
            label: session.label, surface: session.surface, address: session.address, userAgent: session.userAgent,
            created: session.created, lastUsed: session.lastUsed, isCurrent: isCurrent)
    }
}

extension PageContext {
    /// - Parameter revoke: The form's target for one token.
    func tokens(_ rows: [TokenRow], _ caption: Message, revoke: (UUID) -> WebPath) -> HTML {
        guard !rows.isEmpty else { return Tag.p(.class("muted")) { self(TokenWords.none) } }
        let columns = [
            Column(title: self(TokenWords.label)), Column(title: self(TokenWords.scopes)),
            Column(title: self(TokenWords.lastUse), isShort: true), Column(title: self(TokenWords.end), isShort: true),
            Column(title: self(FormWords.action), isShort: true),
        ]
        return table(
            self(caption), columns,
            rows.map { row in
                [
                    .group([.typed(row.label), kind(row.kind)]), .text(scopes(row.scopes)),
                    row.lastUsed.map(distance) ?? .text(self(TokenWords.neverUsed)), end(row.expires),
                    action(FormWords.revoke, revoke(row.id), about: row.label),
                ]
            })
    }

    private func kind(_ kind: Token.Kind) -> HTML {
        switch kind {
        case .regular: .empty
        case .likeLogin: badge(self(TokenWords.likeLoginBadge))
        case .migration: badge(self(TokenWords.migrationBadge), isWarning: true)
        }
    }

    private func end(_ time: Timestamp?) -> HTML {
        guard let time else { return .text(self(TimeWords.noEnd)) }
        if time <= now { return badge(self(TimeWords.ended), isWarning: true) }
        return distance(time)
    }

    /// - Parameter revoke: Nil where sessions are shown but not ended one by one.
    func sessions(_ rows: [SessionRow], _ caption: Message, revoke: ((String) -> WebPath)?) -> HTML {
        guard !rows.isEmpty else { return Tag.p(.class("muted")) { self(SessionWords.none) } }
        var columns = [
            Column(title: self(SessionWords.browser)), Column(title: self(SessionWords.place), isShort: true),
            Column(title: self(SessionWords.address), isShort: true),
            Column(title: self(SessionWords.begun), isShort: true),
            Column(title: self(SessionWords.lastUse), isShort: true),
        ]
        if revoke != nil { columns.append(Column(title: self(FormWords.action), isShort: true)) }
        return table(
            self(caption), columns,
            rows.map { row in
                let browser = BrowserName(userAgent: row.userAgent)
                var cells: [HTML] = [
                    .group([
                        Tag.bdi(.title(row.userAgent)) { browser.text(self) },
                        row.isCurrent ? badge(self(SessionWords.current)) : .empty,
                    ]),
                    .text(self(row.surface == .gate ? SessionWords.gate : SessionWords.console)),
                    .typed(row.address), day(row.created), distance(row.lastUsed),
                ]
                if let revoke {
                    cells.append(action(FormWords.end, revoke(row.label), about: browser.text(self)))
                }
                return cells
            })
    }

    func badge(_ text: String, isWarning: Bool = false) -> HTML {
        .group([.text(" "), Tag.span(isWarning ? .class("badge warn") : .class("badge")) { text }])
    }
}

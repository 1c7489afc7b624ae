internal import Basics
internal import Store
internal import Wire

/// An account as administrators see it.
struct PersonRow: Sendable, Hashable {
    enum State: Sendable, Hashable {
        case active
        /// Somebody else has chosen the password.
        case mustChangePassword
        case noPassword
        case disabled
        /// Disabled, and deleted at this time.
        case removed(after: Timestamp)
    }

    let id: UUID
    let name: String
    let kind: Account.Kind
    let role: Role
    let teams: [TeamChoice]
    let state: State
    let created: Timestamp
    let lastUsed: Timestamp?

    init(
        id: UUID, name: String, kind: Account.Kind = .person, role: Role, teams: [TeamChoice] = [],
        state: State = .active, created: Timestamp, lastUsed: Timestamp? = nil
    ) {
        (self.id, self.name, self.kind, self.role, self.teams) = (id, name, kind, role, teams)
        (self.state, self.created, self.lastUsed) = (state, created, lastUsed)
    }

    /// - Parameter teams: All there are.
    init(_ account: Account, teams: [TeamChoice], lastUsed: Timestamp?) {
        let state: State =
            if let end = account.removeAfter {
                .removed(after: end)
            } else if account.disabled {
                .disabled
            } else if account.kind == .person, account.role != .guest, account.passwordHash == nil {
                .noPassword
            } else {
                account.mustChangePassword ? .mustChangePassword : .active
            }
        self.init(
            id: account.id, name: account.name.text, kind: account.kind, role: account.role,
            teams: teams.filter { account.teams.contains($0.id) }, state: state, created: account.created,
            lastUsed: lastUsed)
    }
}

struct TeamChoice: Sendable, Hashable {
    let id: UUID
    let name: String
}

extension PageContext {
    func state(_ row: PersonRow) -> HTML {
        switch row.state {
        case .active: .text(self(PeopleWords.active))
        case .mustChangePassword: .text(self(PeopleWords.due))
        case .noPassword: .text(self(PeopleWords.noPassword))
        case .disabled: badge(self(PeopleWords.disabled), isWarning: true)
        case .removed(let end):
            Tag.span(.class("badge warn")) { rich(PeopleWords.removed, ["when": distance(end)]) }
        }
    }

    func names(_ teams: [TeamChoice]) -> HTML {
        if teams.isEmpty { return .text("–") }
        return .group(
            teams.enumerated().flatMap { index, team in (index > 0 ? [.text(", ")] : []) + [.typed(team.name)] })
    }

    func roles(_ roles: [Role], selected: Role, problems: [FormProblem] = []) -> HTML {
        select(
            .role, self(FormWords.role),
            roles.map { Choice(value: $0.rawValue, text: role($0), isSelected: $0 == selected) }, problems: problems)
    }

    func teamBoxes(_ teams: [TeamChoice], selected: Set<UUID>, problems: [FormProblem] = []) -> HTML {
        guard !teams.isEmpty else { return .empty }
        return boxes(
            .team, self(FormWords.teams),
            teams.map {
                Box(value: $0.id.description, text: .typed($0.name), isChecked: selected.contains($0.id))
            }, problems: problems)
    }
}

/// All accounts, one page of them at a time, and the form for a new one.
struct PeoplePage: WebPage {
    struct Draft: Sendable, Hashable {
        var name = ""
        var role = Role.user
        var teams: Set<UUID> = []
    }

    /// Rows of one page; the lead cuts, this only shows.
    static let rowsPerPage = 50

    var people: [PersonRow]
    /// In all, that fit the search.
    var total: Int
    var search = ""
    /// From 1.
    var page = 1
    var pages = 1
    var teams: [TeamChoice] = []
    var draft = Draft()
    var problems: [FormProblem] = []
    var notice: Notice?

    func title(_ say: PageContext) -> String { say(PeopleWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        say.searchForm(.people, .class("search"), .role("search")) {
            say.field(FormField(.search, say(PeopleWords.search), type: .search, value: search, isRequired: false))
            Tag.div(.class("actions")) { Tag.button(.submit, .class("quiet")) { say(PeopleWords.searchButton) } }
        }
        Tag.p(.class("muted")) { say(PeopleWords.count, count: total) }
        if people.isEmpty { Tag.p { say(PeopleWords.none) } } else { list(say) }
        if pages > 1 { pager(say) }
        Tag.section {
            Tag.h2 { say(PeopleWords.addTitle) }
            Tag.p { say(PeopleWords.addHint) }
            say.form(to: .people, .class("narrow")) {
                say.field(
                    FormField(
                        .username, say(FormWords.userName), value: draft.name, hint: say(FormWords.nameHint),
                        maximum: 64),
                    problems: problems)
                say.roles([.user, .operator, .admin], selected: draft.role, problems: problems)
                Tag.p(.class("hint")) { say(RoleWords.explained) }
                say.teamBoxes(teams, selected: draft.teams, problems: problems)
                say.button(PeopleWords.add)
            }
        }
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(PeopleWords.list),
            [
                .init(title: say(PeopleWords.name)), .init(title: say(FormWords.role), isShort: true),
                .init(title: say(FormWords.teams)), .init(title: say(PeopleWords.state), isShort: true),
                .init(title: say(PeopleWords.lastUse), isShort: true),
            ],
            people.map { row in
                [
                    .group([
                        Tag.a(.class("row-link"), .href(say.link(.person(row.id)))) { HTML.typed(row.name) },
                        row.kind == .machine ? say.badge(say(PeopleWords.machine)) : .empty,
                    ]),
                    .text(say.role(row.role)), say.names(row.teams), say.state(row),
                    row.lastUsed.map { say.distance($0) } ?? .text(say(TokenWords.neverUsed)),
                ]
            })
    }

    private func pager(_ say: PageContext) -> HTML {
        func link(_ number: Int, _ words: Message, _ relation: StaticString) -> HTML? {
            guard (1...pages).contains(number) else { return nil }
            let query: [(FieldName, String)] = (search.isEmpty ? [] : [(.search, search)]) + [(.page, String(number))]
            return Tag.a(.href(say.link(.people, query)), .rel(relation)) { say(words) }
        }
        return Tag.nav(.class("pager"), .label(say(PeopleWords.pages))) {
            link(page - 1, PeopleWords.newer, "prev")
            Tag.span { say(PeopleWords.page, ["page": String(page), "pages": String(pages)]) }
            link(page + 1, PeopleWords.older, "next")
        }
    }
}

/// One account in an administrator's hands.
struct PersonPage: WebPage {
    let person: PersonRow
    var teams: [TeamChoice] = []
    var tokens: [TokenRow] = []
    var sessions: [SessionRow] = []
    /// The administrator's own account: nobody locks themselves out by mistake.
    var isOwn = false
    /// Whole days between removal and the end of the account's things.
    var graceDays = 7
    var problems: [FormProblem] = []
    var notice: Notice?

    func title(_ say: PageContext) -> String { person.name }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        say.facts([
            (say(FormWords.role), .text(say.role(person.role))), (say(PeopleWords.state), say.state(person)),
            (say(FormWords.teams), say.names(person.teams)), (say(FormWords.created), say.day(person.created)),
        ])
        if isOwn { Tag.p(.class("notice")) { say(PeopleWords.ownAccount) } }
        if !isOwn, person.role != .guest {
            Tag.section {
                Tag.h2 { say(PeopleWords.roleTitle) }
                say.form(to: .changePerson(person.id, .role), .class("narrow")) {
                    say.roles([.user, .operator, .admin], selected: person.role, problems: problems)
                    Tag.p(.class("hint")) { "\(say(RoleWords.explained)) \(say(PeopleWords.roleEnds))" }
                    say.button(FormWords.save)
                }
            }
        }
        if !teams.isEmpty {
            Tag.section {
                Tag.h2 { say(PeopleWords.teamsTitle) }
                say.form(to: .changePerson(person.id, .teams), .class("narrow")) {
                    say.teamBoxes(teams, selected: Set(person.teams.map(\.id)), problems: problems)
                    say.button(FormWords.save)
                }
            }
        }
        Tag.section {
            Tag.h2 { say(PeopleWords.access) }
            access(say)
        }
        Tag.section {
            Tag.h2 { say(SessionWords.list) }
            say.sessions(sessions, SessionWords.list, revoke: nil)
            if !sessions.isEmpty {
                say.action(
                    PeopleWords.endSessions, .changePerson(person.id, .endSessions), about: person.name)
            }
        }
        Tag.section {
            Tag.h2 { say(TokenWords.title) }
            say.tokens(tokens, TokenWords.listOf) { .revokePersonToken(person.id, token: $0) }
        }
    }

    @HTMLBuilder private func access(_ say: PageContext) -> HTML {
        let name = HTML.typed(person.name)
        if person.kind == .person, person.role != .guest, !isOwn {
            say.confirmed(
                PeopleWords.resetSummary, .changePerson(person.id, .password),
                because: say.rich(PeopleWords.reset, ["name": name]), PeopleWords.resetButton)
        }
        if !isOwn {
            switch person.state {
            case .disabled, .removed:
                say.action(PeopleWords.enable, .changePerson(person.id, .enable), about: person.name, isQuiet: false)
            default:
                say.confirmed(
                    PeopleWords.disableSummary, .changePerson(person.id, .disable),
                    because: say.rich(PeopleWords.disable, ["name": name]), PeopleWords.disableButton)
            }
            if !isRemoved {
                say.confirmed(
                    PeopleWords.removeSummary, .changePerson(person.id, .remove),
                    because: say.rich(PeopleWords.remove, ["name": name], count: graceDays), PeopleWords.removeButton)
            }
        }
    }

    private var isRemoved: Bool { if case .removed = person.state { true } else { false } }
}

/// A first or new password, shown this once to the administrator who asked for it.
struct PasswordMadePage: WebPage {
    let person: UUID
    let name: String
    let password: Secret

    func title(_ say: PageContext) -> String { say(PeopleWords.madeTitle, ["name": name]) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        Tag.p(.class("notice warn")) { say(PeopleWords.made) }
        say.copyable(password.reveal(), label: say(FormWords.password))
        Tag.p(.class("hint")) { say(TokenWords.clickSelects) }
        Tag.p { Tag.a(.class("button"), .href(say.link(.person(person)))) { say(PeopleWords.toPerson) } }
    }
}

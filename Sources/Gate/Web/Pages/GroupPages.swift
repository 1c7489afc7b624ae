internal import Basics
internal import Store
internal import Wire

/// Open invitations, and the form for a new one.
struct InvitationsPage: WebPage {
    struct Row: Sendable, Hashable {
        let id: UUID
        let role: Role
        let team: String?
        let created: Timestamp
        let expires: Timestamp
    }

    struct Draft: Sendable, Hashable {
        var role = Role.user
        var team: UUID?
        var days = 7
    }

    var invitations: [Row]
    var teams: [TeamChoice] = []
    var draft = Draft()
    var problems: [FormProblem] = []
    var notice: Notice?

    static let lifetimes: [Int?] = [1, 7, 30, 90]

    func title(_ say: PageContext) -> String { say(FrameWords.invitations) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        Tag.p { say(GroupWords.invitationsLead) }
        if invitations.isEmpty {
            Tag.p(.class("muted")) { say(GroupWords.invitationsNone) }
        } else {
            list(say)
        }
        Tag.section {
            Tag.h2 { say(GroupWords.invite) }
            say.form(to: .invitations, .class("narrow")) {
                // An invitation never makes an administrator.
                say.roles([.user, .operator], selected: draft.role, problems: problems)
                if !teams.isEmpty {
                    say.select(
                        .team, say(FormWords.team),
                        [PageContext.Choice(value: "", text: say(FormWords.noTeam))]
                            + teams.map {
                                PageContext.Choice(
                                    value: $0.id.description, text: $0.name, isSelected: $0.id == draft.team)
                            }, problems: problems)
                }
                say.days(Self.lifetimes, selected: draft.days, GroupWords.goodFor)
                say.button(GroupWords.inviteButton)
            }
        }
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(GroupWords.invitationsList),
            [
                .init(title: say(GroupWords.invitationOf)), .init(title: say(FormWords.role), isShort: true),
                .init(title: say(FormWords.team)), .init(title: say(GroupWords.invitationsEnd), isShort: true),
                .init(title: say(FormWords.action), isShort: true),
            ],
            invitations.map { row in
                [
                    say.moment(row.created), .text(say.role(row.role)),
                    row.team.map { .typed($0) } ?? .text("–"), say.moment(row.expires),
                    say.action(
                        FormWords.revoke, .revokeInvitation(row.id), about: say.dates.dateAndTime(row.created)),
                ]
            })
    }
}

/// An invitation just made; its link is shown this once.
struct InvitationMadePage: WebPage {
    /// The gate's public address, base path included.
    let gate: HTTPURL
    let secret: Secret
    let expires: Timestamp
    let role: Role
    let team: String?

    func title(_ say: PageContext) -> String { say(GroupWords.madeTitle) }

    /// `https://gate/base/gate/invitation?code=ci_…`
    var url: String {
        var root = gate.description
        if root.hasSuffix("/") { root.removeLast() }
        let path = Link(
            path: WebPath.invitation.segments(on: .gate), query: Query([(FieldName.code.rawValue, secret.reveal())]))
        return root + path.text
    }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        Tag.p(.class("notice warn")) { say.rich(GroupWords.made, ["end": say.moment(expires)]) }
        say.copyable(url, label: say(GroupWords.madeLink))
        Tag.p(.class("hint")) { say(TokenWords.clickSelects) }
        say.facts([
            (say(FormWords.role), .text(say.role(role))),
            (say(FormWords.team), team.map { .typed($0) } ?? .text(say(FormWords.noTeam))),
        ])
        Tag.p { Tag.a(.class("button"), .href(say.link(.invitations))) { say(GroupWords.toList) } }
    }
}

/// Teams, and the form for a new one.
struct TeamsPage: WebPage {
    struct Row: Sendable, Hashable {
        let id: UUID
        let name: String
        let members: Int
    }

    var teams: [Row]
    var draft = ""
    var problems: [FormProblem] = []
    var notice: Notice?

    func title(_ say: PageContext) -> String { say(FrameWords.teams) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        Tag.p { say(GroupWords.teamsLead) }
        if teams.isEmpty {
            Tag.p(.class("muted")) { say(GroupWords.teamsNone) }
        } else {
            say.table(
                say(GroupWords.teamsList),
                [
                    .init(title: say(GroupWords.teamName)), .init(title: say(GroupWords.members), isShort: true),
                    .init(title: say(FormWords.action)),
                ],
                teams.enumerated().map { index, team in
                    [.typed(team.name), .text(String(team.members)), actions(say, team, index)]
                })
        }
        Tag.section {
            Tag.h2 { say(GroupWords.addTeam) }
            say.form(to: .teams, .class("narrow")) {
                say.field(
                    FormField(
                        .name, say(GroupWords.teamName), value: draft, hint: say(FormWords.nameHint), maximum: 64),
                    problems: problems)
                say.button(PeopleWords.add)
            }
        }
    }

    @HTMLBuilder private func actions(_ say: PageContext, _ team: Row, _ index: Int) -> HTML {
        Tag.details(.class("confirm")) {
            Tag.summary { say(GroupWords.rename) }
            Tag.div {
                say.form(to: .renameTeam(team.id)) {
                    say.field(
                        FormField(
                            .name, say(GroupWords.teamName), id: ElementID(.name).numbered(index), value: team.name,
                            maximum: 64))
                    say.button(FormWords.save)
                }
            }
        }
        say.confirmed(
            GroupWords.removeSummary, .removeTeam(team.id),
            because: say.rich(GroupWords.remove, ["name": .typed(team.name)]), GroupWords.removeButton)
    }
}

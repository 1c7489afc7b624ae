internal import Basics
internal import Store

/// Where a page or the target of a form lives, below the base path; the router reads what the pages write.
///
/// The gate has `login`, `logout`, `invitation`, `start` and the two files below `gate/`; the rest is the console's.
enum WebPath: Sendable, Hashable {
    case login, logout, style, logo, invitation
    /// Makes the first administrator.
    case start
    case account, password, tokens, otherSessions
    case revokeToken(UUID)
    /// By `Session.label`.
    case revokeSession(String)
    case people
    case person(UUID)
    case changePerson(UUID, PersonChange)
    case revokePersonToken(UUID, token: UUID)
    case invitations
    case revokeInvitation(UUID)
    case teams
    case renameTeam(UUID), removeTeam(UUID)
    case audit, status
    case jobs
    /// By `Job.sequence`.
    case job(Int)
    case changeJob(Int, JobChange)
    case quarantine
    /// By `Job.signature`.
    case releaseGraph(Digest32)
    case usage, files
    /// What may go, counted; and let go.
    case countFiles, freeFiles

    enum JobChange: String, Sendable, Hashable, CaseIterable { case cancel, retry, first, last }

    enum PersonChange: String, Sendable, Hashable, CaseIterable {
        case role, teams, disable, enable, remove, password
        case endSessions = "end-sessions"
    }

    func segments(on surface: Surface) -> [String] {
        switch self {
        case .login: ["login"]
        case .logout: ["logout"]
        case .style: surface == .gate ? ["gate", "style.css"] : ["style.css"]
        case .logo: surface == .gate ? ["gate", "logo.svg"] : ["logo.svg"]
        case .invitation: ["gate", "invitation"]
        case .start: ["start"]
        case .account: ["account"]
        case .password: ["account", "password"]
        case .tokens: ["account", "tokens"]
        case .revokeToken(let id): ["account", "tokens", id.description, "revoke"]
        case .revokeSession(let label): ["account", "sessions", label, "revoke"]
        case .otherSessions: ["account", "sessions", "revoke-others"]
        case .people: ["people"]
        case .person(let id): ["people", id.description]
        case .changePerson(let id, let change): ["people", id.description, change.rawValue]
        case .revokePersonToken(let id, let token):
            ["people", id.description, "tokens", token.description, "revoke"]
        case .invitations: ["invitations"]
        case .revokeInvitation(let id): ["invitations", id.description, "revoke"]
        case .teams: ["teams"]
        case .renameTeam(let id): ["teams", id.description, "rename"]
        case .removeTeam(let id): ["teams", id.description, "remove"]
        case .audit: ["audit"]
        case .status: ["status"]
        case .jobs: ["jobs"]
        case .job(let number): ["jobs", String(number)]
        case .changeJob(let number, let change): ["jobs", String(number), change.rawValue]
        case .quarantine: ["jobs", "quarantine"]
        case .releaseGraph(let signature): ["jobs", "quarantine", signature.description, "release"]
        case .usage: ["usage"]
        case .files: ["files"]
        case .countFiles: ["files", "count"]
        case .freeFiles: ["files", "free"]
        }
    }

    /// Reads segments below the base path; nil for what is no page of this surface.
    init?(_ segments: [String], on surface: Surface) {
        let found: WebPath? =
            surface == .gate
            ? Self.gatePaths.first { $0.segments(on: .gate) == segments } : Self.consolePath(segments)
        guard let found else { return nil }
        self = found
    }

    private static let gatePaths: [WebPath] = [.login, .logout, .style, .logo, .invitation, .start]
    private static let consolePaths: [WebPath] = [
        .login, .logout, .style, .logo, .start, .account, .password, .tokens, .otherSessions, .people, .invitations,
        .teams, .audit, .status, .jobs, .quarantine, .usage, .files, .countFiles, .freeFiles,
    ]

    private static func consolePath(_ segments: [String]) -> WebPath? {
        if let fixed = consolePaths.first(where: { $0.segments(on: .console) == segments }) { return fixed }
        let found: WebPath? =
            switch (segments.first, segments.count) {
            case ("account", 4) where segments[1] == "sessions": .revokeSession(segments[2])
            case ("account", 4): UUID(segments[2]).map { .revokeToken($0) }
            case ("people", 2): UUID(segments[1]).map { .person($0) }
            case ("people", 3):
                UUID(segments[1]).flatMap { id in PersonChange(rawValue: segments[2]).map { .changePerson(id, $0) } }
            case ("people", 5):
                UUID(segments[1]).flatMap { id in UUID(segments[3]).map { .revokePersonToken(id, token: $0) } }
            case ("invitations", 3): UUID(segments[1]).map { .revokeInvitation($0) }
            case ("teams", 3):
                UUID(segments[1]).map { segments[2] == "rename" ? .renameTeam($0) : .removeTeam($0) }
            case ("jobs", 2): Int(segments[1]).map { .job($0) }
            case ("jobs", 3):
                Int(segments[1]).flatMap { job in JobChange(rawValue: segments[2]).map { .changeJob(job, $0) } }
            case ("jobs", 4): Hex.decode(segments[2]).flatMap { Digest32($0) }.map { .releaseGraph($0) }
            default: nil
            }
        // Written again it must be the same: so each page has one address, and fixed words were right.
        return found.flatMap { $0.segments(on: .console) == segments ? $0 : nil }
    }
}

/// What the fields of our forms and queries are called.
enum FieldName: String, Sendable, Hashable, CaseIterable {
    /// The first three are ComfyUI-Login's.
    case username, password
    case guestMode = "guest_mode"
    case next
    case language = "lang"
    /// See `PageContext.formToken`.
    case formToken = "form_token"
    /// An invitation's or the first administrator's secret.
    case code
    case newPassword = "new_password"
    case repeated = "repeat_password"
    case label
    /// Once for each scope.
    case scope
    /// Whole days from now; empty for no end.
    case days
    case likeLogin = "like_login"
    case role
    /// Once for each team, by id.
    case team
    case name
    case search = "q"
    case page
    case limit
    case state, account, since, until, by
    /// Only what is older than this number.
    case before
    /// A code of `Notice`, after a form has done its work.
    case done
}

public import Basics
public import Store

/// What a route demands; every route has exactly one, and one without is not served.
public enum RouteClass: String, Sendable, Hashable, CaseIterable {
    /// Login page, health: no credential.
    case anyone = "public"
    /// The account's own jobs, files, events; facts about the workers.
    case read
    /// Submit and cancel the account's own jobs, upload inputs.
    case generate
    /// Change what the account keeps: user data, settings, history.
    case manage
    /// Others' jobs; workers: drain, interrupt, logs.
    case `operator`
    /// Accounts, policies, configuration.
    case admin
    /// The account's own tokens, sessions and password: only where no worker's JavaScript runs.
    case consoleOnly = "console-only"
}

/// Something somebody wants to do.
public struct Action: Sendable, Hashable {
    public let route: RouteClass
    /// The listener the request came in by.
    public let surface: Surface
    /// Whose thing it is about; nil when it is nobody's or the caller's own by construction.
    public let owner: UUID?

    public init(_ route: RouteClass, at surface: Surface, owner: UUID? = nil) {
        (self.route, self.surface, self.owner) = (route, surface, owner)
    }
}

public enum Decision: Sendable, Hashable {
    case allow
    /// 401: no credential, or one that is worth nothing here and now.
    case unauthenticated
    /// 403, with the reason.
    case forbidden(Reason)
    /// 404, the same as for a thing that does not exist.
    case hidden

    public enum Reason: String, Sendable, Hashable {
        case role = "Your account's role does not allow this."
        case scope = "This token's scopes do not allow this; make a token with the scope it needs."
        case passwordChangeDue = "Choose a new password first, on the console."
    }
}

/// Who may do what: a pure function of principal, action and time.
///
/// | class | least role | token scope | surface |
/// |---|---|---|---|
/// | public | – | – | both |
/// | read, generate, manage | guest | the same | both |
/// | operator | operator | admin | both |
/// | admin | admin | admin | console, else 404 |
/// | console-only | user | admin | console, else 404 |
///
/// A session counts only on its own surface; somebody else's thing needs what `operator` needs, else it is not there.
public enum Policy {
    public static func decide(_ principal: Principal?, _ action: Action, now: Timestamp) -> Decision {
        if action.surface == .gate, action.route == .admin || action.route == .consoleOnly { return .hidden }
        if action.route == .anyone { return .allow }
        guard let principal, isValid(principal, at: action.surface, now: now) else { return .unauthenticated }
        if principal.mustChangePassword, case .session = principal.credential, action.route != .consoleOnly {
            return .forbidden(.passwordChangeDue)
        }
        guard principal.role >= leastRole(action.route) else { return .forbidden(.role) }
        guard has(scope(action.route), principal) else { return .forbidden(.scope) }
        if let owner = action.owner, owner != principal.account {
            return principal.role >= .operator && has(.admin, principal) ? .allow : .hidden
        }
        return .allow
    }

    private static func isValid(_ principal: Principal, at surface: Surface, now: Timestamp) -> Bool {
        guard !principal.isDisabled, principal.expires.map({ now < $0 }) ?? true else { return false }
        return switch principal.credential {
        case .token: true
        case .session(_, let home): home == surface
        case .console: surface == .console
        }
    }

    private static func leastRole(_ route: RouteClass) -> Role {
        switch route {
        case .anyone, .read, .generate, .manage: .guest
        case .consoleOnly: .user
        case .operator: .operator
        case .admin: .admin
        }
    }

    private static func scope(_ route: RouteClass) -> Scopes {
        switch route {
        case .anyone: []
        case .read: .read
        case .generate: .generate
        case .manage: .manage
        case .operator, .admin, .consoleOnly: .admin
        }
    }

    private static func has(_ scope: Scopes, _ principal: Principal) -> Bool {
        guard case .token(_, _, let scopes) = principal.credential else { return true }
        return scopes.contains(scope)
    }

    /// The scopes a token of such an account may have; none for guests, whose life is a session.
    public static func grantableScopes(to role: Role) -> Scopes {
        switch role {
        case .guest: []
        case .user: [.generate, .read, .manage]
        case .operator, .admin: .all
        }
    }
}

import Basics
import Identity
import Store
import Testing

struct PolicyTests {
    static func principal(
        _ role: Role, scopes: Scopes? = nil, surface: Surface = .gate, disabled: Bool = false, mustChange: Bool = false,
        expires: Timestamp? = nil
    ) throws -> Principal {
        let account = Account(
            name: try AccountName("anna"), role: role, mustChangePassword: mustChange, disabled: disabled,
            created: noon, expires: expires)
        let credential: Credential =
            if let scopes {
                .token(UUID(), kind: .regular, scopes: scopes)
            } else {
                .session(digest("s"), surface: surface)
            }
        return Principal(account, by: credential)
    }

    /// Route class, and what guest, user, operator and admin get by a session of the listener.
    static let table: [(RouteClass, Surface, [Decision])] = [
        (.anyone, .gate, [.allow, .allow, .allow, .allow]),
        (.read, .gate, [.allow, .allow, .allow, .allow]),
        (.generate, .gate, [.allow, .allow, .allow, .allow]),
        (.manage, .gate, [.allow, .allow, .allow, .allow]),
        (.operator, .gate, [.forbidden(.role), .forbidden(.role), .allow, .allow]),
        (.admin, .gate, [.hidden, .hidden, .hidden, .hidden]),
        (.consoleOnly, .gate, [.hidden, .hidden, .hidden, .hidden]),
        (.anyone, .console, [.allow, .allow, .allow, .allow]),
        (.read, .console, [.allow, .allow, .allow, .allow]),
        (.generate, .console, [.allow, .allow, .allow, .allow]),
        (.manage, .console, [.allow, .allow, .allow, .allow]),
        (.operator, .console, [.forbidden(.role), .forbidden(.role), .allow, .allow]),
        (.admin, .console, [.forbidden(.role), .forbidden(.role), .forbidden(.role), .allow]),
        (.consoleOnly, .console, [.forbidden(.role), .allow, .allow, .allow]),
    ]

    @Test(arguments: table) func rolesMeetRoutes(route: RouteClass, surface: Surface, expected: [Decision]) throws {
        for (role, decision) in zip(Role.allCases, expected) {
            let principal = try Self.principal(role, surface: surface)
            #expect(Policy.decide(principal, Action(route, at: surface), now: noon) == decision, "\(role)")
        }
    }

    @Test func withoutACredentialOnlyPublicRoutesOpen() {
        for (route, surface, _) in Self.table {
            let decision = Policy.decide(nil, Action(route, at: surface), now: noon)
            let isHidden = surface == .gate && (route == .admin || route == .consoleOnly)
            #expect(decision == (route == .anyone ? .allow : isHidden ? .hidden : .unauthenticated))
        }
    }

    @Test func aTokenNeedsTheScopeAndTheRole() throws {
        let needed: [RouteClass: Scopes] = [
            .read: .read, .generate: .generate, .manage: .manage, .operator: .admin, .admin: .admin,
            .consoleOnly: .admin,
        ]
        for (route, scope) in needed {
            for bits in 0...15 {
                let scopes = Scopes(rawValue: bits)
                let principal = try Self.principal(.admin, scopes: scopes)
                let decision = Policy.decide(principal, Action(route, at: .console), now: noon)
                #expect(decision == (scopes.contains(scope) ? .allow : .forbidden(.scope)), "\(route) \(bits)")
            }
        }
        let user = try Self.principal(.user, scopes: .all)
        #expect(Policy.decide(user, Action(.operator, at: .gate), now: noon) == .forbidden(.role))
    }

    @Test func aCookieCountsOnItsOwnListenerOnly() throws {
        for (home, other) in [(Surface.gate, Surface.console), (.console, .gate)] {
            let principal = try Self.principal(.admin, surface: home)
            #expect(Policy.decide(principal, Action(.read, at: home), now: noon) == .allow)
            #expect(Policy.decide(principal, Action(.read, at: other), now: noon) == .unauthenticated)
        }
    }

    @Test func theHostsAdministratorActsOnTheConsoleOnly() {
        let root = Principal.console(uid: 0)
        #expect(Policy.decide(root, Action(.admin, at: .console), now: noon) == .allow)
        #expect(Policy.decide(root, Action(.read, at: .gate), now: noon) == .unauthenticated)
    }

    @Test func somebodyElsesThingIsNotThere() throws {
        let other = UUID()
        for (role, decision) in zip(Role.allCases, [Decision.hidden, .hidden, .allow, .allow]) {
            let principal = try Self.principal(role)
            #expect(Policy.decide(principal, Action(.read, at: .gate, owner: other), now: noon) == decision)
            #expect(Policy.decide(principal, Action(.read, at: .gate, owner: principal.account), now: noon) == .allow)
        }
        let token = try Self.principal(.operator, scopes: [.read, .manage])
        #expect(Policy.decide(token, Action(.read, at: .gate, owner: other), now: noon) == .hidden)
    }

    @Test func disabledAndExpiredPrincipalsAreNobody() throws {
        let disabled = try Self.principal(.admin, disabled: true)
        #expect(Policy.decide(disabled, Action(.read, at: .gate), now: noon) == .unauthenticated)
        let guest = try Self.principal(.guest, expires: later(10))
        #expect(Policy.decide(guest, Action(.read, at: .gate), now: later(9)) == .allow)
        #expect(Policy.decide(guest, Action(.read, at: .gate), now: later(10)) == .unauthenticated)
    }

    @Test func aDuePasswordChangeComesFirstForPeople() throws {
        let gate = try Self.principal(.user, mustChange: true)
        #expect(Policy.decide(gate, Action(.read, at: .gate), now: noon) == .forbidden(.passwordChangeDue))
        let console = try Self.principal(.user, surface: .console, mustChange: true)
        #expect(Policy.decide(console, Action(.consoleOnly, at: .console), now: noon) == .allow)
        let token = try Self.principal(.user, scopes: .read, mustChange: true)
        #expect(Policy.decide(token, Action(.read, at: .gate), now: noon) == .allow)
    }

    /// Properties over every combination: more role never means less, and fewer scopes never mean more.
    @Test func moreRoleNeverMeansLess() throws {
        for route in RouteClass.allCases {
            for surface in Surface.allCases {
                for bits in 0...15 {
                    for owner in [nil, UUID()] {
                        let action = Action(route, at: surface, owner: owner)
                        var before = false
                        for role in Role.allCases {
                            let principal = try Self.principal(role, scopes: Scopes(rawValue: bits))
                            let isAllowed = Policy.decide(principal, action, now: noon) == .allow
                            #expect(isAllowed || !before)
                            before = isAllowed
                            guard isAllowed else { continue }
                            let session = try Self.principal(role, surface: surface)
                            #expect(Policy.decide(session, action, now: noon) == .allow)
                        }
                    }
                }
            }
        }
    }

    @Test func scopesHaveNames() {
        #expect(Scopes.all.names == ["generate", "read", "manage", "admin"])
        for name in Scopes.all.names { #expect(Scopes(name: name)?.names == [name]) }
        #expect(Scopes(name: "root") == nil)
    }
}

internal import Identity
internal import Wire

/// Everything that can be administered.
enum AdminAction: Sendable, Hashable, CaseIterable {
    case listAccounts, createAccount, importAccounts, showAccount, changeAccount, removeAccount
    case showSelf, changeOwnPassword
    case listTeams, createTeam, renameTeam, removeTeam
    case listTokens, createToken, revokeToken
    case listSessions, revokeSession, revokeSessions
    case listInvitations, createInvitation, revokeInvitation, redeemInvitation
    case tailAudit, verifyAudit, noteChange
    case importLogin
    case askBootstrap, makeBootstrap, redeemBootstrap
}

/// The paths below `/api/v1`; what is not here does not exist.
enum AdminRoutes {
    static let all: [Route<AdminAction>] = [
        Route([.get], "accounts", .admin, .listAccounts),
        Route([.post], "accounts", .admin, .createAccount),
        Route([.post], "accounts/import", .admin, .importAccounts),
        Route([.get], "accounts/{}", .admin, .showAccount),
        Route([.patch], "accounts/{}", .admin, .changeAccount),
        Route([.delete], "accounts/{}", .admin, .removeAccount),

        Route([.get], "me", .consoleOnly, .showSelf),
        Route([.post], "me/password", .consoleOnly, .changeOwnPassword),

        Route([.get], "teams", .admin, .listTeams),
        Route([.post], "teams", .admin, .createTeam),
        Route([.patch], "teams/{}", .admin, .renameTeam),
        Route([.delete], "teams/{}", .admin, .removeTeam),

        // One's own; somebody else's need `admin`, which `AdminSurface.owner(of:)` asks for.
        Route([.get], "tokens", .consoleOnly, .listTokens),
        Route([.post], "tokens", .consoleOnly, .createToken),
        Route([.delete], "tokens/{}", .consoleOnly, .revokeToken),
        Route([.get], "sessions", .consoleOnly, .listSessions),
        Route([.delete], "sessions", .consoleOnly, .revokeSessions),
        Route([.delete], "sessions/{}", .consoleOnly, .revokeSession),

        Route([.get], "invitations", .admin, .listInvitations),
        Route([.post], "invitations", .admin, .createInvitation),
        Route([.delete], "invitations/{}", .admin, .revokeInvitation),
        // The secrets of 128 bits are the credentials.
        Route([.post], "invitations/redeem", .anyone, .redeemInvitation),
        Route([.get], "bootstrap", .anyone, .askBootstrap),
        Route([.post], "bootstrap", .admin, .makeBootstrap),
        Route([.post], "bootstrap/redeem", .anyone, .redeemBootstrap),

        Route([.get], "audit", .admin, .tailAudit),
        // What the command line changed outside the store, for the same trail.
        Route([.post], "audit", .admin, .noteChange),
        Route([.get], "audit/verify", .admin, .verifyAudit),
        Route([.post], "migration", .admin, .importLogin),
    ]

    static let table = RouteTable(all)
}

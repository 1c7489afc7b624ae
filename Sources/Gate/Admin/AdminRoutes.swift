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
    case listJobs, showJob, explainJob, cancelJob, retryJob, moveJob
    case listQuarantine, releaseGraph, listWorkers, showUsage
    case listFiles, sendAsset, retain, collectAssets, verifyAssets
    case exportAccount, exportJobs, exportUserFile, eraseAccount
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

        // What others' jobs hold is for administrators; that they are there, and how they fare, for operators.
        Route([.get], "jobs", .operator, .listJobs),
        Route([.get], "jobs/{}", .operator, .showJob),
        Route([.get], "jobs/{}/why", .operator, .explainJob),
        Route([.post], "jobs/{}/cancel", .operator, .cancelJob),
        Route([.post], "jobs/{}/retry", .operator, .retryJob),
        Route([.post], "jobs/{}/move", .operator, .moveJob),
        Route([.get], "quarantine", .operator, .listQuarantine),
        Route([.delete], "quarantine/{}", .operator, .releaseGraph),
        Route([.get], "workers", .operator, .listWorkers),
        Route([.get], "usage", .operator, .showUsage),
        Route([.get], "files", .admin, .listFiles),
        Route([.post], "files/retention", .admin, .retain),
        Route([.get], "assets/{}", .admin, .sendAsset),
        Route([.post], "assets/gc", .admin, .collectAssets),
        Route([.post], "assets/verify", .admin, .verifyAssets),
        Route([.get], "accounts/{}/export", .admin, .exportAccount),
        Route([.get], "accounts/{}/export/jobs", .admin, .exportJobs),
        Route([.get], "accounts/{}/export/userdata", .admin, .exportUserFile),
        Route([.post], "accounts/{}/erase", .admin, .eraseAccount),
    ]

    static let table = RouteTable(all)
}

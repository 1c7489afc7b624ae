internal import Identity
internal import Wire

/// Everything that can be administered.
enum AdminAction: Sendable, Hashable {
    case people(PeopleAction)
    case work(WorkAction)
}

/// Accounts, what they show to be let in, and the trail.
enum PeopleAction: Sendable, Hashable, CaseIterable {
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

/// Jobs, files, and what workers and people use.
enum WorkAction: Sendable, Hashable, CaseIterable {
    case listJobs, showJob, explainJob, cancelJob, retryJob, moveJob
    case listQuarantine, releaseGraph, listWorkers, showUsage
    case listFiles, sendAsset, retain, collectAssets, verifyAssets
    case exportAccount, exportJobs, exportUserFile, eraseAccount
}

/// The paths below `/api/v1`; what is not here does not exist.
enum AdminRoutes {
    static let all: [Route<AdminAction>] = [
        Route([.get], "accounts", .admin, .people(.listAccounts)),
        Route([.post], "accounts", .admin, .people(.createAccount)),
        Route([.post], "accounts/import", .admin, .people(.importAccounts)),
        Route([.get], "accounts/{}", .admin, .people(.showAccount)),
        Route([.patch], "accounts/{}", .admin, .people(.changeAccount)),
        Route([.delete], "accounts/{}", .admin, .people(.removeAccount)),

        Route([.get], "me", .consoleOnly, .people(.showSelf)),
        Route([.post], "me/password", .consoleOnly, .people(.changeOwnPassword)),

        Route([.get], "teams", .admin, .people(.listTeams)),
        Route([.post], "teams", .admin, .people(.createTeam)),
        Route([.patch], "teams/{}", .admin, .people(.renameTeam)),
        Route([.delete], "teams/{}", .admin, .people(.removeTeam)),

        // One's own; somebody else's need `admin`, which `AdminSurface.owner(of:)` asks for.
        Route([.get], "tokens", .consoleOnly, .people(.listTokens)),
        Route([.post], "tokens", .consoleOnly, .people(.createToken)),
        Route([.delete], "tokens/{}", .consoleOnly, .people(.revokeToken)),
        Route([.get], "sessions", .consoleOnly, .people(.listSessions)),
        Route([.delete], "sessions", .consoleOnly, .people(.revokeSessions)),
        Route([.delete], "sessions/{}", .consoleOnly, .people(.revokeSession)),

        Route([.get], "invitations", .admin, .people(.listInvitations)),
        Route([.post], "invitations", .admin, .people(.createInvitation)),
        Route([.delete], "invitations/{}", .admin, .people(.revokeInvitation)),
        // The secrets of 128 bits are the credentials.
        Route([.post], "invitations/redeem", .anyone, .people(.redeemInvitation)),
        Route([.get], "bootstrap", .anyone, .people(.askBootstrap)),
        Route([.post], "bootstrap", .admin, .people(.makeBootstrap)),
        Route([.post], "bootstrap/redeem", .anyone, .people(.redeemBootstrap)),

        Route([.get], "audit", .admin, .people(.tailAudit)),
        // What the command line changed outside the store, for the same trail.
        Route([.post], "audit", .admin, .people(.noteChange)),
        Route([.get], "audit/verify", .admin, .people(.verifyAudit)),
        Route([.post], "migration", .admin, .people(.importLogin)),

        // What others' jobs hold is for administrators; that they are there, and how they fare, for operators.
        Route([.get], "jobs", .operator, .work(.listJobs)),
        Route([.get], "jobs/{}", .operator, .work(.showJob)),
        Route([.get], "jobs/{}/why", .operator, .work(.explainJob)),
        Route([.post], "jobs/{}/cancel", .operator, .work(.cancelJob)),
        Route([.post], "jobs/{}/retry", .operator, .work(.retryJob)),
        Route([.post], "jobs/{}/move", .operator, .work(.moveJob)),
        Route([.get], "quarantine", .operator, .work(.listQuarantine)),
        Route([.delete], "quarantine/{}", .operator, .work(.releaseGraph)),
        Route([.get], "workers", .operator, .work(.listWorkers)),
        Route([.get], "usage", .operator, .work(.showUsage)),
        Route([.get], "files", .admin, .work(.listFiles)),
        Route([.post], "files/retention", .admin, .work(.retain)),
        Route([.get], "assets/{}", .admin, .work(.sendAsset)),
        Route([.post], "assets/gc", .admin, .work(.collectAssets)),
        Route([.post], "assets/verify", .admin, .work(.verifyAssets)),
        Route([.get], "accounts/{}/export", .admin, .work(.exportAccount)),
        Route([.get], "accounts/{}/export/jobs", .admin, .work(.exportJobs)),
        Route([.get], "accounts/{}/export/userdata", .admin, .work(.exportUserFile)),
        Route([.post], "accounts/{}/erase", .admin, .work(.eraseAccount)),
    ]

    static let table = RouteTable(all)
}

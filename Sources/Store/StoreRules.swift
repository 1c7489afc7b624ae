public import Basics

/// The answers all implementations give when a change breaks a rule.
public enum StoreRules {
    public static let accountExists = GateError(
        .alreadyExists, from: .client, "There is an account of this name already; choose another name.")
    public static let teamExists = GateError(
        .alreadyExists, from: .client, "There is a team of this name already; choose another name.")
    public static let tokenExists = GateError(.alreadyExists, from: .client, "This token exists already.")
    public static let sessionExists = GateError(.alreadyExists, from: .gateway, "This session exists already.")
    public static let invitationExists = GateError(.alreadyExists, from: .gateway, "This invitation exists already.")

    public static let noAccount = GateError(.notFound, from: .client, "There is no such account.")
    public static let noTeam = GateError(.notFound, from: .client, "There is no such team.")
    public static let noToken = GateError(.notFound, from: .client, "There is no such token.")
    public static let noSession = GateError(.notFound, from: .client, "There is no such session.")
    public static let noInvitation = GateError(
        .notFound, from: .client, "This invitation is unknown, used or expired; ask for a new one.")
    public static let noBootstrap = GateError(
        .notFound, from: .client,
        "This first-administrator secret is unknown, used or expired; make a new one with `comfygate account bootstrap`."
    )

    public static let lastAdministrator = GateError(
        .lastAdministrator, from: .client,
        "This would leave no administrator who can log in; make another account administrator first.")
}

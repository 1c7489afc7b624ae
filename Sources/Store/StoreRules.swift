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

    public static func tooManyJobs(_ count: Int) -> GateError {
        GateError(
            .tooManyJobs, from: .client,
            "This account has \(count) jobs waiting, as many as it may; wait for some to run.")
    }
    public static func tooManyJobBytes(_ limit: Int) -> GateError {
        GateError(
            .tooManyJobs, from: .client,
            "The jobs this account has waiting would hold more than \(limit) bytes; wait for some to run.")
    }
    /// - Parameter time: `day` or `month`.
    public static func jobsUsed(_ limit: Int, per time: String, until next: Timestamp) -> GateError {
        GateError(
            .quotaExceeded, from: .client,
            "This account may run \(limit) jobs a \(time), and has; it can go on at \(next.rfc3339).")
    }
    public static func gpuTimeUsed(_ limit: Int, per time: String, until next: Timestamp) -> GateError {
        GateError(
            .quotaExceeded, from: .client,
            "This account may use \(limit) GPU-seconds a \(time), and has; it can go on at \(next.rfc3339).")
    }
    public static func storageUsed(_ limit: Int) -> GateError {
        GateError(
            .quotaExceeded, from: .client,
            "The files of this account may have \(limit) bytes together; delete some, or ask for more.")
    }
    public static let tooManyCopies = GateError(
        .invalidArgument, from: .client, "There are too many files of this name; choose another.")

    public static let fileExists = GateError(
        .alreadyExists, from: .client, "There is a file of this name already; choose another.")
    public static let folderInTheWay = GateError(
        .invalidArgument, from: .client, "A file and a folder cannot have the same name; choose another.")
    public static let noSettings = GateError(
        .invalidArgument, from: .client, "Settings must be one JSON object; nothing has been changed.")
    public static func userFileTooLarge(_ limit: Int) -> GateError {
        GateError("request_too_large", from: .client, "A file of this account may have at most \(limit) bytes.")
    }
    public static func settingTooLarge(_ limit: Int) -> GateError {
        GateError("request_too_large", from: .client, "A setting may have at most \(limit) bytes.")
    }
    public static func tooManyUserFiles(_ limit: Int) -> GateError {
        GateError(
            .userDataFull, from: .client,
            "This account keeps \(limit) files, as many as it may; delete some first.")
    }
    public static func tooManyUserBytes(_ limit: Int) -> GateError {
        GateError(
            .userDataFull, from: .client,
            "The files of this account would hold more than \(limit) bytes; delete some first.")
    }
    public static func tooManySettings(_ limit: Int) -> GateError {
        GateError(.userDataFull, from: .client, "An account may have at most \(limit) settings.")
    }
    public static func tooManySettingBytes(_ limit: Int) -> GateError {
        GateError(.userDataFull, from: .client, "The settings of an account may hold at most \(limit) bytes.")
    }
    public static let settingKeyTooLong = GateError(
        .invalidArgument, from: .client, "The name of a setting has 1 to 1,024 bytes.")
}

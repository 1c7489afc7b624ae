public import Basics

/// Why a source of truth cannot be read; holds no value of it.
public struct CredentialFileError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case notJSON(String)
        case notAnObject
        case tooLarge(limit: Int)
        case unknownVersion
        case notText
        case badName
        case doubleDefault
        case noList
        case noLocation
        case pathMissing
        case badPath
        case keyMissing
        case keyNotWanted
        case valueMissing
        case loginHoldsHash
        case unknownMember(String)
        case notTruth
        case notOneOf([String])
    }

    public let reason: Reason
    /// The member, such as `credentials.forge.locations[2].kind`; empty for the whole document.
    public let place: String

    init(_ reason: Reason, at place: String) { (self.reason, self.place) = (reason, place) }

    public var phrase: Phrase {
        switch reason {
        case .notJSON(let detail): SecretMessages.fileNotJSON(["detail": detail])
        case .notAnObject: SecretMessages.fileNotAnObject(["place": place])
        case .tooLarge(let limit): SecretMessages.fileTooLarge(["limit": "\(limit)"])
        case .unknownVersion: SecretMessages.fileUnknownVersion()
        case .notText: SecretMessages.fileNotText(["place": place])
        case .badName: SecretMessages.fileBadName(["place": place])
        case .doubleDefault: SecretMessages.fileDoubleDefault()
        case .noList: SecretMessages.fileNoList(["place": place])
        case .noLocation: SecretMessages.fileNoLocation(["place": place])
        case .pathMissing: SecretMessages.filePathMissing(["place": place])
        case .badPath: SecretMessages.fileBadPath(["place": place])
        case .keyMissing: SecretMessages.fileKeyMissing(["place": place])
        case .keyNotWanted: SecretMessages.fileKeyNotWanted(["place": place])
        case .valueMissing: SecretMessages.fileValueMissing(["place": place])
        case .loginHoldsHash: SecretMessages.fileLoginHoldsHash(["place": place])
        case .unknownMember(let name): SecretMessages.fileUnknownMember(["place": place, "name": name])
        case .notTruth: SecretMessages.fileNotTruth(["place": place])
        case .notOneOf(let words):
            SecretMessages.fileNotOneOf(["place": place, "words": words.joined(separator: ", ")])
        }
    }
}

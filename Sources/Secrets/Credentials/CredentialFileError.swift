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
        /// A raw token stands beside the sealed one.
        case openAndSealed
        case consumerName
        case consumerURL
        case consumerContainer
        case unknownConsumerMember(String)
        case noCommand
        case badPolicy
        case notTime
        case tokenAccount
        case tokenPattern
        case notAToken(String)
    }

    public let reason: Reason
    /// The member, such as `credentials.forge.locations[2].kind`; empty for the whole document.
    public let place: String

    init(_ reason: Reason, at place: String) { (self.reason, self.place) = (reason, place) }

    public var phrase: Phrase {
        switch reason {
        case .notJSON(let detail): CredentialMessages.fileNotJSON(["detail": detail])
        case .notAnObject:
            place.isEmpty ? CredentialMessages.fileNoObject() : CredentialMessages.fileNotAnObject(["place": place])
        case .tooLarge(let limit): CredentialMessages.fileTooLarge(["limit": "\(limit)"])
        case .unknownVersion: CredentialMessages.fileUnknownVersion()
        case .notText: CredentialMessages.fileNotText(["place": place])
        case .badName: CredentialMessages.fileBadName(["place": place])
        case .doubleDefault: CredentialMessages.fileDoubleDefault()
        case .noList: CredentialMessages.fileNoList(["place": place])
        case .noLocation: CredentialMessages.fileNoLocation(["place": place])
        case .pathMissing: CredentialMessages.filePathMissing(["place": place])
        case .badPath: CredentialMessages.fileBadPath(["place": place])
        case .keyMissing: CredentialMessages.fileKeyMissing(["place": place])
        case .keyNotWanted: CredentialMessages.fileKeyNotWanted(["place": place])
        case .valueMissing: CredentialMessages.fileValueMissing(["place": place])
        case .loginHoldsHash: CredentialMessages.fileLoginHoldsHash(["place": place])
        case .unknownMember(let name): CredentialMessages.fileUnknownMember(["place": place, "name": name])
        case .openAndSealed: CredentialMessages.fileOpenAndSealed(["place": place])
        case .consumerName: CredentialMessages.consumerName(["place": place])
        case .consumerURL: CredentialMessages.consumerURL(["place": place])
        case .consumerContainer: CredentialMessages.consumerContainer(["place": place])
        case .unknownConsumerMember(let name):
            CredentialMessages.consumerUnknownMember(["place": place, "name": name])
        case .noCommand: CredentialMessages.noCommand(["place": place])
        case .badPolicy: CredentialMessages.badPolicy(["place": place])
        case .notTime: CredentialMessages.notTime(["place": place])
        case .tokenAccount: CredentialMessages.tokenAccount(["place": place])
        case .tokenPattern: CredentialMessages.tokenPattern(["place": place])
        case .notAToken(let name): CredentialMessages.notAToken(["place": place, "name": name])
        case .notTruth: CredentialMessages.fileNotTruth(["place": place])
        case .notOneOf(let words):
            CredentialMessages.fileNotOneOf(["place": place, "words": words.joined(separator: ", ")])
        }
    }
}

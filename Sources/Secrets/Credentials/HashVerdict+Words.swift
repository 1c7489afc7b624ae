public import Basics
internal import Identity

extension HashVerdict {
    /// What is wrong and why, without the value; nil when nothing is.
    public var phrase: Phrase? {
        switch self {
        case .hash: nil
        case .empty: CredentialMessages.hashEmpty()
        case .placeholder: CredentialMessages.hashPlaceholder()
        case .wrapped(let wrappings):
            // One is enough to say: with it gone the next one shows.
            switch wrappings.first {
            case .byteOrderMark: CredentialMessages.hashMark()
            case .carriageReturn: CredentialMessages.hashReturn()
            case .quotes: CredentialMessages.hashQuotes()
            case .spaces, nil: CredentialMessages.hashSpaces()
            }
        case .eaten(by: .compose): CredentialMessages.hashEatenByCompose()
        case .eaten(by: .shell): CredentialMessages.hashEatenByShell()
        case .word: CredentialMessages.hashWord()
        case .broken(let fault):
            switch fault {
            case .length(let count): CredentialMessages.hashLength(count: count)
            case .prefix: CredentialMessages.hashPrefix()
            case .cost: CredentialMessages.hashCost()
            case .alphabet(let place): CredentialMessages.hashAlphabet(["place": "\(place + 1)"])
            case .saltEnd: CredentialMessages.hashSaltEnd()
            case .hashEnd: CredentialMessages.hashEnd()
            }
        }
    }
}

public import Basics
internal import Identity

extension HashVerdict {
    /// What is wrong and why, without the value; nil when nothing is.
    public var phrase: Phrase? {
        switch self {
        case .hash: nil
        case .empty: SecretMessages.hashEmpty()
        case .placeholder: SecretMessages.hashPlaceholder()
        case .wrapped(let wrappings):
            // One is enough to say: with it gone the next one shows.
            switch wrappings.first {
            case .byteOrderMark: SecretMessages.hashMark()
            case .carriageReturn: SecretMessages.hashReturn()
            case .quotes: SecretMessages.hashQuotes()
            case .spaces, nil: SecretMessages.hashSpaces()
            }
        case .eaten(by: .compose): SecretMessages.hashEatenByCompose()
        case .eaten(by: .shell): SecretMessages.hashEatenByShell()
        case .word: SecretMessages.hashWord()
        case .broken(let fault):
            switch fault {
            case .length(let count): SecretMessages.hashLength(count: count)
            case .prefix: SecretMessages.hashPrefix()
            case .cost: SecretMessages.hashCost()
            case .alphabet(let place): SecretMessages.hashAlphabet(["place": "\(place + 1)"])
            case .saltEnd: SecretMessages.hashSaltEnd()
            case .hashEnd: SecretMessages.hashEnd()
            }
        }
    }
}

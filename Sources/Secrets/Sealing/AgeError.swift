public import Basics

/// Why something cannot be sealed for age, or an age file cannot be opened; holds nothing of the content or a key.
public enum AgeError: Error, Sendable, Hashable {
    /// Content or file beyond the limit, in bytes.
    case tooLarge(limit: Int)
    /// Neither age's first line nor its armor.
    case notAge
    /// A line of the armor is not as age writes it; the first line is 1.
    case armor(line: Int)
    /// A line of the header is not as age writes it; the first line is 1.
    case header(line: Int)
    case headerTooLong(limit: Int)
    /// The header's lines are sound but have been changed: its MAC differs.
    case headerChanged
    /// The content was changed, cut off or added to.
    case content
    /// Sealed for others than these identities.
    case noMatch
    case wrongPassphrase
    /// Sealed by a passphrase, and identities were given.
    case passphraseWanted
    /// Sealed for identities, and a passphrase was given.
    case identityWanted
    case workFactor(Int, limit: Int)
    case emptyPassphrase
    /// scrypt needs this much memory, in MiB.
    case memory(Int)
    case badRecipient
    /// A line of an identity file is no X25519 identity; the first line is 1.
    case badIdentity(line: Int)
    case noIdentity
    case noRecipient
    case tooManyRecipients(limit: Int)

    public var phrase: Phrase {
        switch self {
        case .tooLarge(let limit): AgeMessages.tooLarge(["limit": "\(limit)"])
        case .notAge: AgeMessages.notAge()
        case .armor(let line): AgeMessages.armor(["line": "\(line)"])
        case .header(let line): AgeMessages.header(["line": "\(line)"])
        case .headerTooLong(let limit): AgeMessages.headerTooLong(["limit": "\(limit)"])
        case .headerChanged: AgeMessages.headerChanged()
        case .content: AgeMessages.content()
        case .noMatch: AgeMessages.noMatch()
        case .wrongPassphrase: AgeMessages.wrongPassphrase()
        case .passphraseWanted: AgeMessages.passphraseWanted()
        case .identityWanted: AgeMessages.identityWanted()
        case .workFactor(let factor, let limit): AgeMessages.workFactor(["factor": "\(factor)", "limit": "\(limit)"])
        case .emptyPassphrase: AgeMessages.emptyPassphrase()
        case .memory(let mebibytes): AgeMessages.memory(["mebibytes": "\(mebibytes)"])
        case .badRecipient: AgeMessages.badRecipient()
        case .badIdentity(let line): AgeMessages.badIdentity(["line": "\(line)"])
        case .noIdentity: AgeMessages.noIdentity()
        case .noRecipient: AgeMessages.noRecipient()
        case .tooManyRecipients(let limit): AgeMessages.tooManyRecipients(["limit": "\(limit)"])
        }
    }
}

enum AgeMessages {
    static let tooLarge = Message(
        "age.too_large", en: "It has more than {limit} bytes: name fewer or smaller files.",
        fr: "Il dépasse {limit} octets : indiquez moins de fichiers ou de plus petits.")
    static let notAge = Message(
        "age.not_age", en: "This is no file sealed by age: name the right one.",
        fr: "Ce n’est pas un fichier scellé par age : indiquez le bon.")
    static let armor = Message(
        "age.armor", en: "Line {line} of the armored file is damaged: take another copy of the file.",
        fr: "La ligne {line} du fichier ASCII est abîmée : prenez une autre copie du fichier.")
    static let header = Message(
        "age.header", en: "Line {line} of the header is damaged: take another copy of the file.",
        fr: "La ligne {line} de l’en-tête est abîmée : prenez une autre copie du fichier.")
    static let headerTooLong = Message(
        "age.header_too_long", en: "The header has more than {limit} bytes: it is damaged, or has too many recipients.",
        fr: "L’en-tête dépasse {limit} octets : il est abîmé, ou il a trop de destinataires.")
    static let headerChanged = Message(
        "age.header_changed", en: "The header has been changed since it was sealed: take another copy of the file.",
        fr: "L’en-tête a été modifié après le scellement : prenez une autre copie du fichier.")
    static let content = Message(
        "age.content", en: "The sealed content is damaged or cut off: take another copy of the file.",
        fr: "Le contenu scellé est abîmé ou tronqué : prenez une autre copie du fichier.")
    static let noMatch = Message(
        "age.no_match", en: "It is sealed for another identity: name the identity file it was sealed for.",
        fr: "Il est scellé pour une autre identité : indiquez le fichier d’identité qui convient.")
    static let wrongPassphrase = Message(
        "age.wrong_passphrase", en: "The passphrase is wrong: try again.",
        fr: "La phrase secrète est fausse : essayez encore.")
    static let passphraseWanted = Message(
        "age.passphrase_wanted", en: "It is sealed by a passphrase: give it instead of an identity file.",
        fr: "Il est scellé par une phrase secrète : donnez-la au lieu d’un fichier d’identité.")
    static let identityWanted = Message(
        "age.identity_wanted", en: "It is sealed for an identity: name the identity file instead of a passphrase.",
        fr: "Il est scellé pour une identité : indiquez le fichier d’identité au lieu d’une phrase secrète.")
    static let workFactor = Message(
        "age.work_factor",
        en: "Its passphrase costs a work factor of {factor}, more than {limit}: open it with age itself.",
        fr: "Sa phrase secrète demande un facteur de travail de {factor}, plus que {limit} : ouvrez-le avec age.")
    static let emptyPassphrase = Message(
        "age.empty_passphrase", en: "The passphrase is empty: choose one of several words.",
        fr: "La phrase secrète est vide : choisissez-en une de plusieurs mots.")
    static let memory = Message(
        "age.memory", en: "The passphrase needs {mebibytes} MiB of memory, which are not free: end other programs.",
        fr: "La phrase secrète demande {mebibytes} Mio de mémoire, qui manquent : arrêtez d’autres programmes.")
    static let badRecipient = Message(
        "age.bad_recipient", en: "This is no recipient of age: one begins with age1 and stands in the identity file.",
        fr: "Ce n’est pas un destinataire d’age : il commence par age1 et figure dans le fichier d’identité.")
    static let badIdentity = Message(
        "age.bad_identity",
        en: "Line {line} is no identity of age: one begins with AGE-SECRET-KEY-1. Name the right file.",
        fr:
            "La ligne {line} n’est pas une identité d’age : elle commence par AGE-SECRET-KEY-1. Indiquez le bon fichier."
    )
    static let noIdentity = Message(
        "age.no_identity", en: "There is no identity in the file: make one, for example by age-keygen.",
        fr: "Le fichier ne contient aucune identité : créez-en une, par exemple par age-keygen.")
    static let noRecipient = Message(
        "age.no_recipient", en: "There is nobody to seal it for: name a recipient.",
        fr: "Il n’y a personne pour qui sceller : indiquez un destinataire.")
    static let tooManyRecipients = Message(
        "age.too_many_recipients", en: "There are more than {limit} recipients: name fewer.",
        fr: "Il y a plus de {limit} destinataires : indiquez-en moins.")

    static let all = [
        tooLarge, notAge, armor, header, headerTooLong, headerChanged, content, noMatch, wrongPassphrase,
        passphraseWanted, identityWanted, workFactor, emptyPassphrase, memory, badRecipient, badIdentity, noIdentity,
        noRecipient, tooManyRecipients,
    ]
}

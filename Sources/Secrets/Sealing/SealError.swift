public import Basics

/// Why a token cannot be sealed or opened; holds nothing of a token or a key.
public struct SealError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The text is no sealed token.
        case malformed
        /// A newer program wrote it.
        case unknownVersion
        /// argon2id's limits in the text are beyond what anybody would choose.
        case limits
        case wrongPassphrase
        case wrongKeyFile
        /// Sealed by a passphrase, and a key file was given.
        case passphraseWanted
        /// Sealed by a key file, and a passphrase was given.
        case keyFileWanted
        /// The key was derived for another salt than this token's: the file was put together from two.
        case otherSalt
        /// The right key, but the sealed text has been changed.
        case damaged
        case emptyPassphrase
        /// argon2id needs this much memory, in MiB.
        case memory(Int)
        case keyFileExposed(mode: UInt16)
        case keyFileMalformed
        case tooLong(limit: Int)
    }

    public let reason: Reason
    /// The member of the source of truth, such as `credentials.forge.sealed_token`; empty when it is about no member.
    public let place: String

    init(_ reason: Reason, at place: String = "") { (self.reason, self.place) = (reason, place) }

    public var phrase: Phrase {
        switch reason {
        case .malformed: SealMessages.malformed(["place": member])
        case .unknownVersion: SealMessages.unknownVersion(["place": member])
        case .limits: SealMessages.limits(["place": member])
        case .wrongPassphrase: SealMessages.wrongPassphrase()
        case .wrongKeyFile: SealMessages.wrongKeyFile()
        case .passphraseWanted: SealMessages.passphraseWanted(["place": member])
        case .keyFileWanted: SealMessages.keyFileWanted(["place": member])
        case .otherSalt: SealMessages.otherSalt(["place": member])
        case .damaged: SealMessages.damaged(["place": member])
        case .emptyPassphrase: SealMessages.emptyPassphrase()
        case .memory(let mebibytes): SealMessages.memory(["mebibytes": "\(mebibytes)"])
        case .keyFileExposed(let mode): SealMessages.keyFileExposed(["mode": "0" + String(mode, radix: 8)])
        case .keyFileMalformed: SealMessages.keyFileMalformed()
        case .tooLong(let limit): SealMessages.tooLong(["place": member, "limit": "\(limit)"])
        }
    }

    private var member: String { place.isEmpty ? "sealed_token" : place }
}

enum SealMessages {
    static let malformed = Message(
        "seal.malformed", en: "{place}: this is no sealed token: take it from a backup.",
        fr: "{place} : ce n’est pas un jeton scellé : reprenez-le d’une sauvegarde.")
    static let unknownVersion = Message(
        "seal.version", en: "{place}: a newer program sealed it: open it with that one.",
        fr: "{place} : un programme plus récent l’a scellé : ouvrez-le avec celui-là.")
    static let limits = Message(
        "seal.limits",
        en: "{place}: its limits for argon2id are beyond what this program computes: take it from a backup.",
        fr: "{place} : ses limites pour argon2id dépassent ce que ce programme calcule : reprenez-le d’une sauvegarde.")
    static let wrongPassphrase = Message(
        "seal.wrong_passphrase", en: "The passphrase is wrong: try again.",
        fr: "La phrase secrète est fausse : essayez encore.")
    static let wrongKeyFile = Message(
        "seal.wrong_key_file", en: "Another key file sealed the token: name that one.",
        fr: "Un autre fichier de clé a scellé le jeton : indiquez celui-là.")
    static let passphraseWanted = Message(
        "seal.passphrase_wanted", en: "{place}: it is sealed by a passphrase: give it instead of a key file.",
        fr: "{place} : il est scellé par une phrase secrète : donnez-la au lieu d’un fichier de clé.")
    static let keyFileWanted = Message(
        "seal.key_file_wanted", en: "{place}: it is sealed by a key file: name it instead of a passphrase.",
        fr: "{place} : il est scellé par un fichier de clé : indiquez-le au lieu d’une phrase secrète.")
    static let otherSalt = Message(
        "seal.other_salt",
        en: "{place}: it was sealed apart from the other tokens of its file: take the whole file from a backup.",
        fr: "{place} : il a été scellé à part des autres jetons du fichier : reprenez tout le fichier d’une sauvegarde."
    )
    static let damaged = Message(
        "seal.damaged", en: "{place}: the key is right, but the sealed token has been changed: take it from a backup.",
        fr: "{place} : la clé est la bonne, mais le jeton scellé a été modifié : reprenez-le d’une sauvegarde.")
    static let emptyPassphrase = Message(
        "seal.empty_passphrase", en: "The passphrase is empty: choose one of several words.",
        fr: "La phrase secrète est vide : choisissez-en une de plusieurs mots.")
    static let memory = Message(
        "seal.memory", en: "The passphrase needs {mebibytes} MiB of memory, which are not free: end other programs.",
        fr: "La phrase secrète demande {mebibytes} Mio de mémoire, qui manquent : arrêtez d’autres programmes.")
    static let keyFileExposed = Message(
        "seal.key_file_exposed", en: "The key file has mode {mode}, so others than its owner can use it: chmod 400.",
        fr: "Le fichier de clé a le mode {mode}, donc d’autres que son propriétaire peuvent s’en servir : chmod 400.")
    static let keyFileMalformed = Message(
        "seal.key_file_malformed", en: "This is no key file of comfygate: name the right one.",
        fr: "Ce n’est pas un fichier de clé de comfygate : indiquez le bon.")
    static let tooLong = Message(
        "seal.too_long", en: "{place}: a token of more than {limit} bytes is not sealed: is it the right value?",
        fr: "{place} : un jeton de plus de {limit} octets n’est pas scellé : est-ce la bonne valeur ?")

    static let all = [
        malformed, unknownVersion, limits, wrongPassphrase, wrongKeyFile, passphraseWanted, keyFileWanted, otherSalt,
        damaged, emptyPassphrase, memory, keyFileExposed, keyFileMalformed, tooLong,
    ]
}

public import Basics

/// Why files do not make an archive, or bytes are none; holds nothing of the content.
public struct TarError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// Absolute, with `.`, `..` or empty names, too long, or with characters that no path of ours has.
        case badPath
        case twice
        /// A link, a folder, a device.
        case notAFile
        case tooLarge(limit: Int)
        case tooMany(limit: Int)
        case tooMuch(limit: Int)
        /// No archive of ustar or pax, or a header whose sum differs.
        case notTar
        case cutOff
        /// A header that this program does not understand fully.
        case unknownHeader
        /// A mode or a time that an archive cannot hold.
        case badFacts
    }

    public let reason: Reason
    /// The member, as far as it can be shown; empty when it is about no member.
    public let path: String

    init(_ reason: Reason, _ path: String = "") { (self.reason, self.path) = (reason, path) }

    public var phrase: Phrase {
        switch reason {
        case .badPath: TarMessages.badPath(["path": path])
        case .twice: TarMessages.twice(["path": path])
        case .notAFile: TarMessages.notAFile(["path": path])
        case .tooLarge(let limit): TarMessages.tooLarge(["path": path, "limit": "\(limit)"])
        case .tooMany(let limit): TarMessages.tooMany(["limit": "\(limit)"])
        case .tooMuch(let limit): TarMessages.tooMuch(["limit": "\(limit)"])
        case .notTar: TarMessages.notTar()
        case .cutOff: TarMessages.cutOff()
        case .unknownHeader: TarMessages.unknownHeader(["path": path])
        case .badFacts: TarMessages.badFacts(["path": path])
        }
    }
}

enum TarMessages {
    static let badPath = Message(
        "tar.bad_path", en: "{path}: this is no path below the project's folder: use another archive.",
        fr: "{path} : ce n’est pas un chemin du dossier du projet : prenez une autre archive.")
    static let twice = Message(
        "tar.twice", en: "{path}: the file stands twice in the archive: use another one.",
        fr: "{path} : le fichier figure deux fois dans l’archive : prenez-en une autre.")
    static let notAFile = Message(
        "tar.no_file", en: "{path}: it is no plain file, and only those are restored: use another archive.",
        fr: "{path} : ce n’est pas un simple fichier, et eux seuls sont rétablis : prenez une autre archive.")
    static let tooLarge = Message(
        "tar.too_large", en: "{path}: the file has more than {limit} bytes: is it the right one?",
        fr: "{path} : le fichier dépasse {limit} octets : est-ce le bon ?")
    static let tooMany = Message(
        "tar.too_many", en: "There are more than {limit} files: name fewer.",
        fr: "Il y a plus de {limit} fichiers : indiquez-en moins.")
    static let tooMuch = Message(
        "tar.too_much", en: "The files have more than {limit} bytes together: name fewer.",
        fr: "Les fichiers dépassent ensemble {limit} octets : indiquez-en moins.")
    static let notTar = Message(
        "tar.no_tar", en: "This is no archive of tar's formats ustar and pax, or it is damaged: use another one.",
        fr: "Ce n’est pas une archive tar au format ustar ou pax, ou elle est abîmée : prenez-en une autre.")
    static let cutOff = Message(
        "tar.cut_off", en: "The end of the archive is missing: use another one.",
        fr: "La fin de l’archive manque : prenez-en une autre.")
    static let unknownHeader = Message(
        "tar.unknown_header", en: "{path}: the archive says something of it that this program does not know: use tar.",
        fr: "{path} : l’archive en dit une chose que ce programme ne connaît pas : utilisez tar.")
    static let badFacts = Message(
        "tar.bad_facts", en: "{path}: its mode or its time does not fit into an archive: chmod or touch the file.",
        fr: "{path} : son mode ou sa date ne tient pas dans une archive : corrigez-les par chmod ou touch.")

    static let all = [
        badPath, twice, notAFile, tooLarge, tooMany, tooMuch, notTar, cutOff, unknownHeader, badFacts,
    ]
}

public import Basics

extension AuditRow.State {
    /// Stable, for `--json`.
    public var code: String {
        switch self {
        case .ok: "ok"
        case .missing: "missing"
        case .sealed: "sealed"
        case .different: "different"
        case .malformed: "malformed"
        case .placeholder: "placeholder"
        case .notTheHash: "not_the_hash"
        case .exposed: "exposed"
        case .openFolder: "open_folder"
        case .tracked: "tracked"
        case .misread: "misread"
        case .repeated: "repeated"
        case .outside: "outside"
        case .unreadable: "unreadable"
        case .unlisted: "unlisted"
        }
    }

    /// It is about the file, and so about all secrets in it.
    public var isOfFile: Bool {
        switch self {
        case .exposed, .openFolder, .tracked: true
        default: false
        }
    }

    /// One word for a table.
    public var label: Phrase {
        switch self {
        case .ok: AuditMessages.ok()
        case .missing: AuditMessages.missing()
        case .sealed: AuditMessages.sealed()
        case .different: AuditMessages.different()
        case .malformed: AuditMessages.malformed()
        case .placeholder: AuditMessages.placeholder()
        case .notTheHash: AuditMessages.notTheHash()
        case .exposed(let mode): AuditMessages.exposed(["mode": "0" + String(mode, radix: 8)])
        case .openFolder(let mode): AuditMessages.openFolder(["mode": "0" + String(mode, radix: 8)])
        case .tracked: AuditMessages.tracked()
        case .misread(let objections):
            AuditMessages.misread(["readers": objections.map(\.reader.rawValue).joined(separator: ", ")])
        case .repeated(let lines): AuditMessages.repeated(["lines": lines.map(String.init).joined(separator: ", ")])
        case .outside: AuditMessages.outside()
        case .unreadable: AuditMessages.unreadable()
        case .unlisted: AuditMessages.unlisted()
        }
    }

    /// What it means and what helps; nil where the label says all.
    public func reason(in language: Language) -> String? {
        switch self {
        case .ok, .missing, .sealed, .different: nil
        case .malformed(let verdict): verdict.phrase?.text(in: language)
        case .placeholder: AuditMessages.placeholderReason.text(in: language)
        case .notTheHash: AuditMessages.notTheHashReason.text(in: language)
        case .exposed: AuditMessages.exposedReason.text(in: language)
        case .openFolder: AuditMessages.openFolderReason.text(in: language)
        case .tracked: AuditMessages.trackedReason.text(in: language)
        case .misread(let objections):
            objections.map { $0.explanation(in: language) }.joined(separator: "\n")
        case .repeated: AuditMessages.repeatedReason.text(in: language)
        case .outside: AuditMessages.outsideReason.text(in: language)
        case .unreadable(let phrase): phrase.text(in: language)
        case .unlisted: AuditMessages.unlistedReason.text(in: language)
        }
    }
}

extension DotenvObjection {
    /// What the reader does, and whom that matters to.
    public func explanation(in language: Language) -> String {
        "\(text(in: language)) (\(reader.consumers.text(in: language)))."
    }
}

enum AuditMessages {
    static let ok = Message("audit.ok", en: "ok", fr: "ok")
    static let missing = Message("audit.missing", en: "missing", fr: "absent")
    static let sealed = Message("audit.sealed", en: "sealed", fr: "scellé")
    static let different = Message("audit.different", en: "different", fr: "différent")
    static let malformed = Message("audit.malformed", en: "malformed", fr: "malformé")
    static let placeholder = Message("audit.placeholder", en: "placeholder", fr: "à remplir")
    static let notTheHash = Message("audit.not_the_hash", en: "not the token's hash", fr: "pas l’empreinte du jeton")
    static let exposed = Message("audit.exposed", en: "mode {mode}", fr: "mode {mode}")
    static let tracked = Message("audit.tracked", en: "tracked by Git", fr: "suivi par Git")
    static let misread = Message("audit.misread", en: "misread by {readers}", fr: "mal lu par {readers}")
    static let repeated = Message("audit.repeated", en: "at lines {lines}", fr: "aux lignes {lines}")
    static let outside = Message("audit.outside", en: "outside", fr: "en dehors")
    static let unreadable = Message("audit.unreadable", en: "unreadable", fr: "illisible")
    static let unlisted = Message("audit.unlisted", en: "unlisted", fr: "hors liste")

    static let placeholderReason = Message(
        "audit.placeholder_reason", en: "A text from an example, or nothing, stands where the token belongs.",
        fr: "Un texte d’exemple, ou rien, se trouve à la place du jeton.")
    static let notTheHashReason = Message(
        "audit.not_the_hash_reason",
        en: "The hash is well-formed, but of another token: whoever has the raw token is refused.",
        fr: "L’empreinte est bien formée, mais celle d’un autre jeton : qui présente le jeton est refusé.")
    static let exposedReason = Message(
        "audit.exposed_reason", en: "Others than the owner can read it: chmod 600.",
        fr: "D’autres que le propriétaire peuvent le lire : chmod 600.")
    static let openFolder = Message("audit.open_folder", en: "folder mode {mode}", fr: "dossier en mode {mode}")
    static let openFolderReason = Message(
        "audit.open_folder_reason", en: "Others than the owner can list its folder: chmod 700 .secrets.",
        fr: "D’autres que le propriétaire peuvent lister son dossier : chmod 700 .secrets.")
    static let trackedReason = Message(
        "audit.tracked_reason",
        en: "Git stores it, and everybody who clones gets it: git rm --cached, add it to .gitignore, rotate.",
        fr: "Git le conserve et chaque clone le reçoit : git rm --cached, l’ajouter à .gitignore, renouveler.")
    static let repeatedReason = Message(
        "audit.repeated_reason", en: "The key stands more than once: readers differ in which one they take.",
        fr: "La clé figure plusieurs fois : les lecteurs ne prennent pas tous la même.")
    static let outsideReason = Message(
        "audit.outside_reason", en: "A link leads out of the project's folder; it is not followed.",
        fr: "Un lien mène hors du dossier du projet ; il n’est pas suivi.")
    static let unlistedReason = Message(
        "audit.unlisted_reason",
        en: "The source of truth does not list it, so nothing keeps it equal: comfygate secrets unify takes it in.",
        fr: "La source de vérité ne le liste pas, rien ne le tient à jour : comfygate secrets unify l’y ajoute.")
    static let tooLarge = Message(
        "audit.too_large", en: "It has more than {limit} bytes.", fr: "Il dépasse {limit} octets.")
    static let incomparable = Message(
        "audit.incomparable",
        en: "The token is sealed, and its hash is not right: open the source of truth to compare this value.",
        fr: "Le jeton est scellé et son empreinte n’est pas bonne : ouvrez la source de vérité pour comparer.")
    static let all = [
        openFolder, openFolderReason, ok, missing, sealed, different, malformed, placeholder, notTheHash, exposed,
        tracked, misread, repeated,
        outside,
        unreadable, placeholderReason, notTheHashReason, exposedReason, trackedReason, repeatedReason, outsideReason,
        tooLarge, incomparable, unlisted, unlistedReason,
    ]
}

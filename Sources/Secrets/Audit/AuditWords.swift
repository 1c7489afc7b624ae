public import Basics

extension AuditRow.State {
    /// Stable, for `--json`.
    public var code: String {
        switch self {
        case .ok: "ok"
        case .missing: "missing"
        case .different: "different"
        case .malformed: "malformed"
        case .placeholder: "placeholder"
        case .notTheHash: "not_the_hash"
        case .exposed: "exposed"
        case .tracked: "tracked"
        case .misread: "misread"
        case .repeated: "repeated"
        case .outside: "outside"
        case .unreadable: "unreadable"
        }
    }

    /// One word for a table.
    public var label: Phrase {
        switch self {
        case .ok: AuditMessages.ok()
        case .missing: AuditMessages.missing()
        case .different: AuditMessages.different()
        case .malformed: AuditMessages.malformed()
        case .placeholder: AuditMessages.placeholder()
        case .notTheHash: AuditMessages.notTheHash()
        case .exposed(let mode): AuditMessages.exposed(["mode": "0" + String(mode, radix: 8)])
        case .tracked: AuditMessages.tracked()
        case .misread(let objections):
            AuditMessages.misread(["readers": objections.map(\.reader.rawValue).joined(separator: ", ")])
        case .repeated(let lines): AuditMessages.repeated(["lines": lines.map(String.init).joined(separator: ", ")])
        case .outside: AuditMessages.outside()
        case .unreadable: AuditMessages.unreadable()
        }
    }

    /// What it means and what helps; nil where the label says all.
    public func reason(in language: Language) -> String? {
        switch self {
        case .ok, .missing, .different: nil
        case .malformed(let verdict): verdict.phrase?.text(in: language)
        case .placeholder: AuditMessages.placeholderReason.text(in: language)
        case .notTheHash: AuditMessages.notTheHashReason.text(in: language)
        case .exposed: AuditMessages.exposedReason.text(in: language)
        case .tracked: AuditMessages.trackedReason.text(in: language)
        case .misread(let objections):
            objections.map { objection in
                objection.text(in: language) + " " + objection.reader.consumers.text(in: language)
            }.joined(separator: "\n")
        case .repeated: AuditMessages.repeatedReason.text(in: language)
        case .outside: AuditMessages.outsideReason.text(in: language)
        case .unreadable(let phrase): phrase.text(in: language)
        }
    }
}

extension JSONPlace.Failure {
    var phrase: Phrase {
        switch self {
        case .notJSON(let error): AuditMessages.notJSON(["detail": "\(error)"])
        case .badPointer: AuditMessages.badPointer()
        case .missing: AuditMessages.noPlace()
        case .notText: AuditMessages.notText()
        case .repeated(let name): AuditMessages.repeatedName(["name": name])
        }
    }
}

extension YAMLPlace.Failure {
    var phrase: Phrase {
        switch self {
        case .notYAML(let detail, let line): AuditMessages.notYAML(["detail": detail, "line": "\(line)"])
        case .notUTF8: AuditMessages.notUTF8()
        case .badPath: AuditMessages.badPointer()
        case .missing: AuditMessages.noPlace()
        case .notText: AuditMessages.notText()
        case .repeated: AuditMessages.repeatedPlace()
        case .notWritable: AuditMessages.notWritable()
        }
    }
}

enum AuditMessages {
    static let ok = Message("audit.ok", en: "ok", fr: "ok")
    static let missing = Message("audit.missing", en: "missing", fr: "absent")
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
    static let tooLarge = Message(
        "audit.too_large", en: "It has more than {limit} bytes.", fr: "Il dépasse {limit} octets.")
    static let notJSON = Message("audit.not_json", en: "No valid JSON: {detail}.", fr: "Pas du JSON valide : {detail}.")
    static let notYAML = Message(
        "audit.not_yaml", en: "No valid YAML, line {line}: {detail}.",
        fr: "Pas du YAML valide, ligne {line} : {detail}.")
    static let notUTF8 = Message("audit.not_utf", en: "It is not UTF-8.", fr: "Ce n’est pas de l’UTF-8.")
    static let badPointer = Message(
        "audit.bad_pointer", en: "The location's key begins with / and has ~ only as ~0 or ~1.",
        fr: "La clé de l’emplacement commence par / et n’a de ~ que dans ~0 ou ~1.")
    static let noPlace = Message(
        "audit.no_place", en: "The file has no such member.", fr: "Le fichier n’a pas un tel membre.")
    static let notText = Message(
        "audit.not_text", en: "No plain text stands there.", fr: "Il n’y a pas là de texte simple.")
    static let repeatedName = Message(
        "audit.repeated_name", en: "The member {name} stands there twice.", fr: "Le membre {name} y figure deux fois.")
    static let repeatedPlace = Message(
        "audit.repeated_place", en: "The member stands there twice.", fr: "Le membre y figure deux fois.")
    static let notWritable = Message(
        "audit.not_writable", en: "The value cannot be written there.", fr: "La valeur ne peut pas y être écrite.")

    static let all = [
        ok, missing, different, malformed, placeholder, notTheHash, exposed, tracked, misread, repeated, outside,
        unreadable, placeholderReason, notTheHashReason, exposedReason, trackedReason, repeatedReason, outsideReason,
        tooLarge, notJSON, notYAML, notUTF8, badPointer, noPlace, notText, repeatedName, repeatedPlace, notWritable,
    ]
}

public import Basics

extension Finding.Exposure {
    /// Stable, for `--json`.
    public var code: String {
        switch self {
        case .readable: "exposed"
        case .tracked: "tracked"
        case .burnt: "burnt"
        case .perhapsBurnt: "perhaps_burnt"
        }
    }

    /// One word for a table.
    public var label: Phrase {
        switch self {
        case .readable(let mode): AuditRow.State.exposed(mode: mode).label
        case .tracked: AuditRow.State.tracked.label
        case .burnt(let commits): DiscoveryMessages.burnt(count: commits)
        case .perhapsBurnt(let commits): DiscoveryMessages.perhapsBurnt(count: commits)
        }
    }

    /// All secrets of the file have it.
    public var isOfFile: Bool {
        switch self {
        case .readable, .tracked: true
        case .burnt, .perhapsBurnt: false
        }
    }

    /// What it means and what helps.
    public var reason: Phrase {
        switch self {
        case .readable: AuditMessages.exposedReason()
        case .tracked: AuditMessages.trackedReason()
        case .burnt: DiscoveryMessages.burntReason()
        case .perhapsBurnt: DiscoveryMessages.perhapsBurntReason()
        }
    }
}

extension Finding {
    /// One word for a table: whether the source of truth keeps it, or what is not there.
    public var label: Phrase {
        switch what {
        case .missing: AuditMessages.missing()
        case .placeholder: AuditMessages.placeholder()
        case .secret:
            isListed
                ? DiscoveryMessages.listed() : proposal == nil ? DiscoveryMessages.single() : AuditMessages.unlisted()
        }
    }

    /// What it means and what helps; nil where the label says all.
    public var reason: Phrase? {
        switch what {
        case .missing where proposal != nil: DiscoveryMessages.missingReason(["file": neededBy ?? ""])
        case .missing: DiscoveryMessages.missingSingleReason(["file": neededBy ?? ""])
        case .placeholder: AuditMessages.placeholderReason()
        case .secret: isListed || proposal == nil ? nil : AuditMessages.unlistedReason()
        }
    }
}

extension Evidence {
    /// Stable, for `--json`; a shape's own word.
    public var code: String {
        switch self {
        case .name: "name"
        case .shape(let shape): shape.rawValue
        case .entropy: "entropy"
        case .need: "compose"
        }
    }

    /// One word for a table.
    public var label: Phrase {
        switch self {
        case .name: DiscoveryMessages.byName()
        case .shape(let shape): shape.label
        case .entropy: DiscoveryMessages.byEntropy()
        case .need: DiscoveryMessages.byNeed()
        }
    }
}

extension SecretShape {
    /// Names of makers, the same in every language.
    fileprivate var label: Phrase {
        switch self {
        case .bcrypt: Phrase(verbatim: "bcrypt")
        case .gate: Phrase(verbatim: "ComfyGate")
        case .huggingFace: Phrase(verbatim: "Hugging Face")
        case .openAI: Phrase(verbatim: "OpenAI")
        case .gitHub: Phrase(verbatim: "GitHub")
        case .gitLab: Phrase(verbatim: "GitLab")
        case .aws: Phrase(verbatim: "AWS")
        case .google: Phrase(verbatim: "Google")
        case .slack: Phrase(verbatim: "Slack")
        case .jwt: Phrase(verbatim: "JWT")
        case .age: Phrase(verbatim: "age")
        case .privateKey: DiscoveryMessages.privateKey()
        }
    }
}

enum DiscoveryMessages {
    static let listed = Message("discover.listed", en: "listed", fr: "listé")
    static let single = Message("discover.single", en: "its own", fr: "propre")
    static let burnt = Message(
        "discover.burnt", en: (one: "burnt: in 1 commit", other: "burnt: in {count} commits"),
        fr: (one: "brûlé : {count} commit", other: "brûlé : {count} commits"))
    static let perhapsBurnt = Message(
        "discover.perhaps_burnt", en: (one: "perhaps burnt: 1 commit", other: "perhaps burnt: {count} commits"),
        fr: (one: "peut-être brûlé : {count} commit", other: "peut-être brûlé : {count} commits"))
    static let byName = Message("discover.by_name", en: "name", fr: "nom")
    static let byEntropy = Message("discover.by_entropy", en: "entropy", fr: "entropie")
    static let byNeed = Message("discover.by_need", en: "compose file", fr: "fichier compose")
    static let privateKey = Message("discover.private_key", en: "private key", fr: "clé privée")

    static let burntReason = Message(
        "discover.burnt_reason",
        en:
            "The value stands in Git's history, and every clone has it: rotate it. Taking it out of the history is not enough.",
        fr:
            "La valeur figure dans l’historique Git et chaque clone l’a : renouvelez-la. L’ôter de l’historique ne suffit pas."
    )
    static let perhapsBurntReason = Message(
        "discover.perhaps_burnt_reason",
        en: "The file stands in Git's history, which could not be read whole: rotate the value.",
        fr: "Le fichier figure dans l’historique Git, qui n’a pu être lu en entier : renouvelez la valeur.")
    static let missingReason = Message(
        "discover.missing_reason", en: "{file} needs the key: comfygate secrets unify takes it in.",
        fr: "{file} a besoin de la clé : comfygate secrets unify l’ajoute.")
    static let missingSingleReason = Message(
        "discover.missing_single_reason", en: "{file} needs the key: write it into this file.",
        fr: "{file} a besoin de la clé : écrivez-la dans ce fichier.")

    static let all = [
        listed, single, burnt, perhapsBurnt, byName, byEntropy, byNeed, privateKey, burntReason, perhapsBurntReason,
        missingReason, missingSingleReason,
    ]
}

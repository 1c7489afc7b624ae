public import Basics

/// What reports say around the checks' own texts.
public enum ReportMessages {
    private static let areaNames: [Area: Message] = [
        .files: Message("area.files", en: "Files", fr: "Fichiers"),
        .secrets: Message("area.secrets", en: "Credentials", fr: "Secrets"),
        .login: Message("area.login", en: "Login", fr: "Connexion"),
        .workers: Message("area.workers", en: "Workers", fr: "Workers"),
        .gpu: Message("area.gpu", en: "Cards", fr: "Cartes"),
        .memory: Message("area.memory", en: "Memory", fr: "Mémoire"),
        .disk: Message("area.disk", en: "Disks", fr: "Disques"),
        .models: Message("area.models", en: "Models", fr: "Modèles"),
        .containers: Message("area.containers", en: "Containers", fr: "Conteneurs"),
        .hardening: Message("area.hardening", en: "Hardening", fr: "Durcissement"),
    ]
    private static let severities: [Severity: Message] = [
        .notice: Message("severity.notice", en: "notice", fr: "remarque"),
        .warning: Message("severity.warning", en: "warning", fr: "avertissement"),
        .error: Message("severity.error", en: "error", fr: "erreur"),
        .critical: Message("severity.critical", en: "critical", fr: "critique"),
    ]
    private static let tallies: [Severity: Message] = [
        .notice: Message(
            "report.notices", en: (one: "{count} notice", other: "{count} notices"),
            fr: (one: "{count} remarque", other: "{count} remarques")),
        .warning: Message(
            "report.warnings", en: (one: "{count} warning", other: "{count} warnings"),
            fr: (one: "{count} avertissement", other: "{count} avertissements")),
        .error: Message(
            "report.errors", en: (one: "{count} error", other: "{count} errors"),
            fr: (one: "{count} erreur", other: "{count} erreurs")),
        .critical: Message(
            "report.criticals", en: (one: "{count} critical point", other: "{count} critical points"),
            fr: (one: "{count} point critique", other: "{count} points critiques")),
    ]

    public static let fine = Message(
        "check.fine", en: "Nothing is wrong with what could be seen.", fr: "Rien à redire sur ce qui a pu être vu.")
    public static let count = Message(
        "check.count", en: (one: "1 thing is wrong.", other: "{count} things are wrong."),
        fr: (one: "{count} point à revoir.", other: "{count} points à revoir."))
    public static let worthKnowing = Message(
        "check.worth_knowing", en: (one: "1 notice.", other: "{count} notices."),
        fr: (one: "{count} remarque.", other: "{count} remarques."))
    public static let askDiagnose = Message(
        "check.ask_diagnose", en: "Which of them keeps a request out: comfygate diagnose{root}",
        fr: "Lequel arrête une requête : comfygate diagnose{root}")
    public static let nothingHere = Message(
        "check.nothing_here",
        en: "There is no compose or dotenv file in {root}: is it the folder of your installation?",
        fr: "Il n’y a ni fichier compose ni fichier .env dans {root} : est-ce le dossier de votre installation ?")
    public static let unseen = Message(
        "check.unseen",
        en: (one: "Not seen, for 1 check: {reason}.", other: "Not seen, for {count} checks: {reason}."),
        fr: (one: "Non vu, pour {count} contrôle : {reason}.", other: "Non vu, pour {count} contrôles : {reason}."))
    public static let ok = Message("check.ok", en: "ok", fr: "ok")

    static let title = Message("report.title", en: "Check of {root}", fr: "Contrôle de {root}")
    static let areas = Message("report.areas", en: "Areas", fr: "Domaines")
    static let area = Message("report.area", en: "Area", fr: "Domaine")
    static let state = Message("report.state", en: "State", fr: "État")
    static let score = Message("report.score", en: "Score", fr: "Note")
    static let held = Message("report.held", en: "Checks that hold", fr: "Contrôles tenus")
    static let notThere = Message("report.not_there", en: "nothing there", fr: "sans objet")
    static let notSeen = Message("report.not_seen", en: "not seen", fr: "non vu")
    static let scoring = Message(
        "report.scoring",
        en:
            "A score is the share of an area's checks that hold, of 100; each counts by how bad its fault would be. What could "
            + "not be seen does not count.",
        fr:
            "Une note est la part des contrôles tenus d’un domaine, sur 100 ; chacun compte selon la gravité de son défaut. "
            + "Ce qui n’a pu être vu ne compte pas.")
    static let broken = Message("report.broken", en: "Does not hold:", fr: "Non tenu :")
    static let helps = Message("report.helps", en: "What helps:", fr: "Ce qui aide :")
    static let unseenTitle = Message(
        "report.unseen", en: "What could not be seen", fr: "Ce qui n’a pu être vu")
    static let kept = Message(
        "report.kept",
        en: (one: "It keeps {count} check from judging.", other: "It keeps {count} checks from judging."),
        fr: (one: "Cela empêche {count} contrôle de juger.", other: "Cela empêche {count} contrôles de juger."))
    static let made = Message(
        "report.made", en: "Made by ComfyGate {version}, {time}.", fr: "Établi par ComfyGate {version}, {time}.")

    public static let all =
        Array(areaNames.values) + Array(severities.values) + Array(tallies.values) + [
            fine, count, worthKnowing, askDiagnose, nothingHere, unseen, ok, title, areas, area, state, score, held,
            notSeen,
            notThere, scoring, broken, helps,
            unseenTitle, kept, made,
        ]

    /// So many of one severity.
    static func tally(_ severity: Severity, count: Int) -> Phrase {
        tallies[severity]?(count: count) ?? Phrase(verbatim: "\(count) \(severity.rawValue)")
    }

    static func words(of area: Area) -> Phrase { areaNames[area]?() ?? Phrase(verbatim: area.rawValue) }
    static func words(of severity: Severity) -> Phrase {
        severities[severity]?() ?? Phrase(verbatim: severity.rawValue)
    }
}

extension Area {
    public var phrase: Phrase { ReportMessages.words(of: self) }
}

extension Severity {
    public var phrase: Phrase { ReportMessages.words(of: self) }
}

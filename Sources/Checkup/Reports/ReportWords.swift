public import Basics

/// What reports say around the checks' own texts.
public enum ReportMessages {
    private static let areas: [Area: Message] = [
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
    public static let all = Array(areas.values) + Array(severities.values)

    static func words(of area: Area) -> Phrase { areas[area]?() ?? Phrase(verbatim: area.rawValue) }
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

internal import Basics
internal import Stack

extension Check {
    /// Files of weights.
    static let ofModels = [truncatedModel, noModel, unfinishedDownload]

    private static func models(
        _ survey: Survey, _ arguments: (ModelFile) -> [String: String]?
    ) -> [Trace] {
        survey.models.compactMap { file in arguments(file).map { Trace(file.path, $0) } }
    }

    static let truncatedModel = Check(
        "models.truncated", .models, .error,
        Message("check.models.truncated", en: "Every model is whole", fr: "Chaque modèle est entier"),
        evidence: Message(
            "check.models.truncated.evidence", en: "it has {size}, and its header wants {expected}",
            fr: "il a {size}, et son en-tête en veut {expected}"),
        remedy: Message(
            "check.models.truncated.remedy", en: "Download it again: curl -C - -LO URL goes on where it stopped.",
            fr: "Téléchargez-le de nouveau : curl -C - -LO URL reprend là où il s’est arrêté."),
        needs: [.models]
    ) { survey in
        models(survey) { file in
            guard case .truncated(let expected) = file.state else { return nil }
            return ["size": ByteCount(bytes: file.size).rounded, "expected": ByteCount(bytes: expected).rounded]
        }
    }

    private static let pageEvidence = Message(
        "check.models.page", en: "it is a web page, as a download gives where a licence or a login is wanted",
        fr: "c’est une page web, comme en donne un téléchargement qui demande une licence ou une connexion")
    private static let pointerEvidence = Message(
        "check.models.pointer", en: "it is Git's note of the file, not the file",
        fr: "c’est la note de Git, pas le fichier")
    private static let emptyEvidence = Message("check.models.empty", en: "it is empty", fr: "il est vide")
    private static let brokenEvidence = Message(
        "check.models.broken", en: "its beginning is not that of such a file",
        fr: "son début n’est pas celui d’un tel fichier")
    static let modelMessages = [pageEvidence, pointerEvidence, emptyEvidence, brokenEvidence]

    static let noModel = Check(
        "models.not_a_model", .models, .error,
        Message("check.models.none", en: "Every model is one", fr: "Chaque modèle en est un"),
        evidence: brokenEvidence,
        remedy: Message(
            "check.models.none.remedy",
            en: "Accept the licence and download it with a token (HF_TOKEN), or run git lfs pull.",
            fr: "Acceptez la licence et téléchargez-le avec un jeton (HF_TOKEN), ou lancez git lfs pull."),
        needs: [.models]
    ) { survey in
        survey.models.compactMap { file in
            switch file.state {
            case .webPage: Trace(file.path, evidence: pageEvidence())
            case .gitPointer: Trace(file.path, evidence: pointerEvidence())
            case .empty: Trace(file.path, evidence: emptyEvidence())
            case .broken: Trace(file.path)
            case .whole, .truncated, .unfinished: nil
            }
        }
    }

    static let unfinishedDownload = Check(
        "models.unfinished", .models, .notice,
        Message(
            "check.models.unfinished", en: "No download was left unfinished", fr: "Aucun téléchargement n’est inachevé"),
        evidence: Message(
            "check.models.unfinished.evidence", en: "{size} of a download that goes on, or was given up",
            fr: "{size} d’un téléchargement en cours, ou abandonné"),
        remedy: Message(
            "check.models.unfinished.remedy", en: "Let it end, or remove it.", fr: "Laissez-le finir, ou supprimez-le."),
        needs: [.models]
    ) { survey in
        models(survey) { file in
            file.state == .unfinished ? ["size": ByteCount(bytes: file.size).rounded] : nil
        }
    }
}

internal import Basics
internal import Secrets
internal import Stack

extension Check {
    /// Credentials and the files they stand in: what `comfygate secrets audit` and `discover` tell place by place.
    static let ofFiles = [
        drift, malformed, placeholder, missing, misread, refused, repeated, readable, tracked, unlisted, unreadable,
        brokenTruth, noTruth,
        byteOrderMark, carriageReturns, foreignScript, leftOut, gateConfiguration,
    ]

    private static let unify = Message(
        "check.secrets.unify",
        en:
            "comfygate secrets sync{root} makes all equal; where the source of truth itself is wrong, comfygate secrets unify{root}.",
        fr:
            "comfygate secrets sync{root} les rend tous égaux ; si la source de vérité est fausse, comfygate secrets unify{root}."
    )

    private static let unifyAlone = Message(
        "check.secrets.unify_alone", en: "comfygate secrets unify{root} makes a right one, and writes it everywhere.",
        fr: "comfygate secrets unify{root} en fait une juste et l’écrit partout.")

    /// One state of the audit as a check.
    private static func audit(
        _ id: String, _ area: Area, _ severity: Severity, _ title: Message, evidence: Message, remedy: Message = unify,
        needs: [Check.Need] = [], _ matches: @escaping @Sendable (AuditRow.State) -> Bool
    ) -> Check {
        Check(id, area, severity, title, evidence: evidence, remedy: remedy, needs: [.files] + needs) { survey in
            guard let files = survey.files.value else { return [] }
            var known: Set<String> = []
            return files.rows.flatMap { row in
                // A place that holds nothing yet is told as that, not as one that nothing keeps equal.
                let mayBeUnlisted = files.hasTruth && !row.states.contains { $0 == .missing || $0 == .placeholder }
                return row.states.filter(matches).filter { mayBeUnlisted || $0 != .unlisted }.filter { state in
                    switch state {
                    case .different: files.mayDiffer
                    // `${KEY:-}` does without; where that opens a door, login.empty_key says so.
                    case .missing:
                        row.credential != nil && !row.states.contains(.unlisted)
                            || files.needed.contains("\(row.path): \(row.key ?? "")")
                    default: true
                    }
                }.compactMap {
                    state -> Trace? in
                    // What is true of a file is told once.
                    let place = state.isOfFile ? row.path : row.key.map { "\(row.path): \($0)" } ?? row.path
                    guard known.insert(place + state.code).inserted else { return nil }
                    guard let english = state.reason(in: .english), let french = state.reason(in: .french) else {
                        return Trace(place)
                    }
                    func line(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }
                    var trace = Trace(place, evidence: Phrase(en: line(english), fr: line(french)))
                    if case .exposed = state { trace.fix = Fix(row.path, .ownerOnly) }
                    // Others are made equal to it, so that it has to be right itself.
                    if row.path == CredentialFile.path, state.isWrongHash {
                        trace.remedy = Phrase(unifyAlone, ["root": survey.rootOption])
                    }
                    // Whoever takes a compose file out of Git has none.
                    if state == .tracked, row.kind == .yaml { trace.remedy = moveOut() }
                    return trace
                }
            }
        }
    }

    static let drift = audit(
        "secrets.drift", .secrets, .error,
        Message(
            "check.secrets.drift", en: "Every place holds the same credential",
            fr: "Chaque endroit contient le même secret"),
        evidence: Message(
            "check.secrets.drift.evidence", en: "it holds another value than the source of truth",
            fr: "il contient une autre valeur que la source de vérité")
    ) { if case .different = $0 { true } else { false } }

    static let malformed = audit(
        "secrets.malformed", .secrets, .error,
        Message(
            "check.secrets.malformed", en: "Every hash is a bcrypt hash",
            fr: "Chaque empreinte est une empreinte bcrypt"),
        evidence: Message(
            "check.secrets.malformed.evidence", en: "what stands there cannot be one",
            fr: "ce qui s’y trouve n’en est pas une")
    ) { $0.isWrongHash }

    static let placeholder = Check(
        "env.placeholder", .files, .error,
        Message(
            "check.env.placeholder", en: "No key holds a text from an example",
            fr: "Aucune clé ne contient un texte d’exemple"),
        evidence: Message(
            "check.env.placeholder.evidence", en: "a text from an example stands where a token belongs",
            fr: "un texte d’exemple se trouve à la place d’un jeton"),
        remedy: Message(
            "check.env.placeholder.remedy", en: "Write the real value, or take the line away if nothing needs it.",
            fr: "Écrivez la vraie valeur, ou supprimez la ligne si rien n’en a besoin."),
        needs: [.files]
    ) { survey in
        guard let files = survey.files.value else { return [] }
        let ofRows = files.rows.filter { $0.states.contains(.placeholder) }.map { ($0.path, $0.key) }
        let ofSearch = files.findings.filter { $0.what == .placeholder }.map { ($0.path, $0.key) }
        let ofOthers = files.oddities.flatMap { path, oddity in oddity.exampleKeys.map { (path, Optional($0)) } }
        let places = (ofRows + ofSearch + ofOthers).map { path, key in key.map { "\(path): \($0)" } ?? path }
        return Set(places).sorted().map { Trace($0) }
    }

    static let missing = audit(
        "env.missing_key", .files, .error,
        Message("check.env.missing", en: "Every key that is needed is there", fr: "Chaque clé nécessaire est là"),
        evidence: Message(
            "check.env.missing.evidence", en: "it is missing there, and a compose file or the source of truth needs it",
            fr: "elle y manque, et un fichier compose ou la source de vérité en a besoin"),
        remedy: Message(
            "check.env.missing.remedy",
            en: "Write it there, as NAME='value'; a worker's token comfygate secrets unify{root} writes.",
            fr: "Écrivez-la là, comme NOM='valeur' ; le jeton d’un worker, comfygate secrets unify{root} l’écrit.")
    ) { if case .missing = $0 { true } else { false } }

    static let misread = audit(
        "env.misread", .files, .error,
        Message(
            "check.env.misread", en: "Every reader sees what is written", fr: "Chaque lecteur voit ce qui est écrit"),
        evidence: Message(
            "check.env.misread.evidence", en: "some programs read another value than what is written",
            fr: "certains programmes lisent une autre valeur que celle écrite"),
        remedy: Message(
            "check.env.misread.remedy",
            en:
                "Put the value in single quotes; comfygate secrets sync{root} does it for what the source of truth lists.",
            fr:
                "Mettez la valeur entre apostrophes ; comfygate secrets sync{root} le fait pour ce que liste la source de vérité."
        )
    ) { if case .misread = $0 { true } else { false } }

    static let repeated = Check(
        "env.repeated_key", .files, .warning,
        Message(
            "check.env.repeated", en: "Every key stands once in its file",
            fr: "Chaque clé figure une fois dans son fichier"),
        evidence: Message(
            "check.env.repeated.evidence", en: "the key stands more than once, and the last line counts",
            fr: "la clé figure plus d’une fois, et la dernière ligne compte"),
        remedy: Message(
            "check.env.repeated.remedy", en: "Keep one of the lines.", fr: "N’en gardez qu’une ligne."),
        needs: [.files]
    ) { survey in
        (survey.files.value?.oddities ?? [:]).sorted { $0.key < $1.key }.flatMap { path, oddity in
            oddity.repeatedKeys.map { Trace("\(path): \($0)") }
        }
    }

    static let refused = Check(
        "env.refused", .files, .error,
        Message(
            "check.env.refused", en: "Compose can read every dotenv file", fr: "Compose peut lire chaque fichier .env"),
        evidence: refusedEvidence,
        remedy: Message(
            "check.env.refused.remedy",
            en:
                "Mend that line (NAME=value, or a comment behind #). A file that PowerShell wrote is UTF-16: save it as UTF-8.",
            fr:
                "Corrigez cette ligne (NOM=valeur, ou un commentaire après #). Un fichier écrit par PowerShell est en UTF-16 : "
                + "enregistrez-le en UTF-8."),
        needs: [.files]
    ) { survey in
        (survey.files.value?.oddities ?? [:]).sorted { $0.key < $1.key }.compactMap { path, oddity in
            oddity.refusal.map { refusal in
                Trace(
                    refusal.line.map { "\(path):\($0)" } ?? path,
                    evidence: refusedEvidence.about(refusal.obstacle.phrase))
            }
        }
    }

    private static let refusedEvidence = Message(
        "check.env.refused.because", en: "Compose reads nothing of it: {reason}", fr: "Compose n’en lit rien : {reason}"
    )
    static let fileMessages = [refusedEvidence, brokenTruthEvidence, moveOut, unifyAlone]

    private static let brokenTruthEvidence = Message(
        "check.secrets.broken_truth.because", en: "nothing decides while it cannot be read: {reason}",
        fr: "rien ne décide tant qu’elle est illisible : {reason}")

    static let brokenTruth = Check(
        "secrets.broken_truth", .secrets, .error,
        Message(
            "check.secrets.broken_truth", en: "The source of truth can be read", fr: "La source de vérité est lisible"),
        evidence: brokenTruthEvidence,
        remedy: Message(
            "check.secrets.broken_truth.remedy",
            en: "Mend it there, or take it away and run comfygate secrets unify{root}.",
            fr: "Réparez-la à cet endroit, ou retirez-la et lancez comfygate secrets unify{root}."),
        needs: [.files]
    ) { survey in
        survey.files.value?.brokenTruth.map { [Trace(CredentialFile.path, evidence: brokenTruthEvidence.about($0))] }
            ?? []
    }

    static let readable = audit(
        "files.readable", .files, .warning,
        Message(
            "check.files.readable", en: "Files with secrets are their owner's alone",
            fr: "Les fichiers de secrets ne sont lisibles que par leur propriétaire"),
        evidence: Message(
            "check.files.readable.evidence", en: "others can read it", fr: "d’autres peuvent le lire"),
        remedy: Message(
            "check.files.readable.remedy", en: "comfygate check --fix{root} does it.",
            fr: "comfygate check --fix{root} le fait.")
    ) {
        switch $0 {
        case .exposed, .openFolder: true
        default: false
        }
    }

    private static let moveOut = Message(
        "check.files.tracked.yaml",
        en: "Write $NAME there and the value into .env, which .gitignore names; then comfygate secrets rotate.",
        fr: "Écrivez-y $NOM et la valeur dans .env, que nomme .gitignore ; puis comfygate secrets rotate.")

    static let tracked = audit(
        "files.tracked", .files, .critical,
        Message("check.files.tracked", en: "Git has no secret", fr: "Git n’a aucun secret"),
        evidence: Message("check.files.tracked.evidence", en: "Git has the file", fr: "Git a ce fichier"),
        remedy: Message(
            "check.files.tracked.remedy", en: "git rm --cached, add it to .gitignore, and comfygate secrets rotate.",
            fr: "git rm --cached, l’ajouter à .gitignore, et comfygate secrets rotate."),
        needs: [.git]
    ) { if case .tracked = $0 { true } else { false } }

    static let unlisted = audit(
        "secrets.unlisted", .secrets, .warning,
        Message(
            "check.secrets.unlisted", en: "The source of truth knows every place",
            fr: "La source de vérité connaît chaque endroit"),
        evidence: Message(
            "check.secrets.unlisted.evidence", en: "nothing keeps this place equal",
            fr: "rien ne tient cet endroit à jour"),
        remedy: Message(
            "check.secrets.unlisted.remedy",
            en: "comfygate secrets unify{root} --dry-run shows what it would do.",
            fr: "comfygate secrets unify{root} --dry-run montre ce qu’il ferait.")
    ) { if case .unlisted = $0 { true } else { false } }

    static let unreadable = audit(
        "files.unreadable", .files, .error,
        Message("check.files.unreadable", en: "Every place can be read", fr: "Chaque endroit est lisible"),
        evidence: Message("check.files.unreadable.evidence", en: "it cannot be read", fr: "il n’est pas lisible"),
        remedy: Message(
            "check.files.unreadable.remedy", en: "Mend the file, or take the place off the source of truth's list.",
            fr: "Réparez le fichier, ou retirez l’endroit de la liste de la source de vérité.")
    ) {
        switch $0 {
        case .unreadable, .outside: true
        default: false
        }
    }

    static let noTruth = Check(
        "secrets.no_truth", .secrets, .warning,
        Message("check.secrets.no_truth", en: "There is one source of truth", fr: "Il y a une source de vérité"),
        evidence: Message(
            "check.secrets.no_truth.evidence", en: "{count} places hold credentials, and none of them decides",
            fr: "{count} endroits contiennent des secrets, et aucun ne décide"),
        remedy: Message(
            "check.secrets.no_truth.remedy",
            en:
                "comfygate secrets unify{root} makes one of what is there; --from FILE:KEY names the place that is right.",
            fr: "comfygate secrets unify{root} en fait une ; --from FICHIER:CLÉ désigne l’endroit qui a raison."),
        needs: [.files]
    ) { survey in
        guard let files = survey.files.value, !files.hasTruth, files.brokenTruth == nil else { return [] }
        let places = Set(files.findings.filter { $0.what == .secret }.map(\.path))
        return places.count > 1 ? [Trace(survey.root, ["count": "\(places.count)"])] : []
    }

    static let byteOrderMark = Check(
        "env.byte_order_mark", .files, .error,
        Message(
            "check.env.mark", en: "No dotenv file begins with a byte order mark",
            fr: "Aucun fichier .env ne commence par une marque d’ordre des octets"),
        evidence: Message(
            "check.env.mark.evidence",
            en:
                "it begins with a byte order mark, which hides its first key from shells, docker run and older python-dotenv",
            fr:
                "il commence par une marque d’ordre des octets, qui cache sa première clé aux shells, à docker run et à l’ancien python-dotenv"
        ),
        remedy: Message(
            "check.env.mark.remedy",
            en: "comfygate check --fix{root} takes it away; let your editor save it as UTF-8 without BOM.",
            fr: "comfygate check --fix{root} la retire ; que votre éditeur l’enregistre en UTF-8 sans BOM."),
        needs: [.files]
    ) { survey in odd(survey, .withoutByteOrderMark, \.hasMark) }

    static let carriageReturns = Check(
        "env.carriage_returns", .files, .warning,
        Message(
            "check.env.crlf", en: "Dotenv files end their lines as Linux does",
            fr: "Les fichiers .env finissent leurs lignes comme Linux"),
        evidence: Message(
            "check.env.crlf.evidence",
            en: "its lines end with CRLF: to a shell and to docker run the CR is a part of every value",
            fr: "ses lignes finissent par CRLF : pour un shell et docker run, le CR fait partie de chaque valeur"),
        remedy: Message(
            "check.env.crlf.remedy",
            en: "comfygate check --fix{root} mends them, and *.env text eol=lf in .gitattributes keeps them so.",
            fr: "comfygate check --fix{root} les répare, et *.env text eol=lf dans .gitattributes les garde ainsi."),
        needs: [.files]
    ) { survey in odd(survey, .lineFeeds, \.hasCarriageReturns) }

    private static func odd(
        _ survey: Survey, _ kind: Fix.Kind, _ matches: (DotenvOddity) -> Bool
    ) -> [Trace] {
        (survey.files.value?.oddities ?? [:]).filter { matches($0.value) }.keys.sorted().map { path in
            Trace(path, fix: Fix(path, kind))
        }
    }

    static let foreignScript = Check(
        "files.foreign_script", .files, .error,
        Message(
            "check.files.script", en: "Scripts for containers end their lines as Linux does",
            fr: "Les scripts des conteneurs finissent leurs lignes comme Linux"),
        evidence: Message(
            "check.files.script.evidence",
            en: "its lines end with CRLF: {name} cannot start it, and says \"no such file or directory\"",
            fr: "ses lignes finissent par CRLF : {name} ne peut le lancer et dit « no such file or directory »"),
        remedy: Message(
            "check.files.script.remedy",
            en: "comfygate check --fix{root} mends them, and *.sh text eol=lf in .gitattributes keeps them so.",
            fr: "comfygate check --fix{root} les répare, et *.sh text eol=lf dans .gitattributes les garde ainsi."),
        needs: [.files]
    ) { survey in
        var told: Set<String> = []
        return (survey.files.value?.scripts ?? []).filter { $0.isForeign && told.insert($0.path).inserted }.map {
            script in
            Trace(script.path, ["name": script.container], fix: Fix(script.path, .lineFeeds))
        }
    }

    static let gateConfiguration = Check(
        "gate.configuration", .files, .error,
        Message(
            "check.gate.configuration", en: "The gate's configuration is valid",
            fr: "La configuration du portail est valide"),
        evidence: Message(
            "check.gate.configuration.evidence", en: "the gate would not start with it",
            fr: "le portail ne démarrerait pas ainsi"),
        remedy: Message(
            "check.gate.configuration.remedy", en: "comfygate config check shows every value and where it comes from.",
            fr: "comfygate config check montre chaque valeur et d’où elle vient."),
        needs: [.gate]
    ) { survey in (survey.gate ?? []).map { Trace($0.place, evidence: $0.what, remedy: $0.remedy) } }

    private static let reasons: [LeftOut.Reason: Message] = [
        .unreadable: Message(
            "check.files.left.unreadable", en: "this user may not read it", fr: "cet utilisateur ne peut pas le lire"),
        .tooLarge: Message(
            "check.files.left.large", en: "it has more than 1 MB, and no reader of settings takes such a file",
            fr: "il dépasse 1 Mo, et aucun lecteur de réglages n’accepte un tel fichier"),
        .tooDeep: Message(
            "check.files.left.deep", en: "it lies too deep, or its folders run in a circle",
            fr: "il est trop profond, ou ses dossiers tournent en rond"),
        .tooMany: Message(
            "check.files.left.many", en: "there are too many files to look at all of them",
            fr: "il y a trop de fichiers pour les regarder tous"),
    ]
    static let reasonMessages = Array(reasons.values)

    static let leftOut = Check(
        "files.left_out", .files, .notice,
        Message("check.files.left", en: "Nothing had to be left out", fr: "Rien n’a dû être laissé de côté"),
        evidence: Message("check.files.left.evidence", en: "it was not read", fr: "il n’a pas été lu"),
        remedy: Message(
            "check.files.left.remedy", en: "Run this as the owner of the files, or name a smaller folder with --root.",
            fr: "Lancez ceci comme propriétaire des fichiers, ou indiquez un dossier plus petit par --root."),
        needs: [.files]
    ) { survey in
        (survey.files.value?.leftOut ?? []).map { Trace($0.path, evidence: reasons[$0.reason]?()) }
    }
}

extension AuditRow.State {
    fileprivate var isWrongHash: Bool {
        switch self {
        case .malformed, .notTheHash: true
        default: false
        }
    }
}

extension Survey.Files {
    /// Without a source of truth hashes differ only where there are several; while it cannot be read nobody can tell.
    fileprivate var mayDiffer: Bool {
        let hashes = findings.filter(\.isWorkerCredential).compactMap(\.secret).filter {
            HashVerdict(judging: Array($0.reveal().utf8)) == .hash
        }
        return hasTruth || brokenTruth == nil && Set(hashes).count > 1
    }
}

public import Basics
public import Wire

/// A check that somebody wrote for their own installation.
public struct OwnCheck: Sendable, Hashable {
    public enum Test: Sendable, Hashable {
        /// So many files match; wildcards as in locations of secrets.
        case files(String, least: Int, most: Int?)
        /// Every file that matches is JSON.
        case json(String)
        /// Every file that matches is a Jupyter notebook.
        case notebook(String)
        /// A dotenv file sets the key, and not to a text from an example.
        case variable(file: String, key: String)
        case answer(HTTPURL, status: Int, contains: String?)
        /// A program ends with this exit code; no shell.
        case command([String], exit: Int32)
        /// The container runs, and is not unhealthy.
        case container(String)
        /// Something takes connections there.
        case port(host: String, port: UInt16)
    }

    /// `own.` and the name that the file gives.
    public var id: String
    public var title: String
    public var severity: Severity
    public var area: Area
    /// Empty where the file names none.
    public var remedy: String
    public var test: Test
    /// Milliseconds.
    public var timeLimit: UInt64

    /// What it is about, as a report's place.
    var place: String {
        switch test {
        case .files(let pattern, _, _), .json(let pattern), .notebook(let pattern): pattern
        case .variable(let file, let key): "\(file): \(key)"
        case .answer(let url, _, _): "\(url)"
        case .command(let words, _): words.first ?? ""
        case .container(let name): name
        case .port(let host, let port): "\(host):\(port)"
        }
    }

    /// A container that nobody could look at is neither well nor ill.
    private var needs: [Check.Need] { if case .container = test { [.engine] } else { [] } }

    /// The same as a check among the others; it judges what was found out for it.
    var check: Check {
        let (id, place) = (id, place)
        return Check(
            id, area, severity, Message("check.own", en: title, fr: title), evidence: OwnMessages.fails,
            remedy: remedy.isEmpty ? OwnMessages.noRemedy : Message("check.own.remedy", en: remedy, fr: remedy),
            needs: needs
        ) { survey in
            (survey.own[id] ?? []).map { Check.Trace($0.place ?? place, evidence: $0.evidence) }
        }
    }
}

/// What an own check found wrong.
public struct OwnFault: Sendable, Hashable {
    /// Nil for the check's own place.
    var place: String?
    var evidence: Phrase
}

/// What is said of own checks.
public enum OwnMessages {
    static let fails = Message("own.fails", en: "it does not hold", fr: "il n’est pas tenu")
    static let tooFew = Message(
        "own.too_few",
        en: (
            one: "{count} file matches, at least {least} are wanted",
            other: "{count} files match, at least {least} are wanted"
        ),
        fr: (
            one: "{count} fichier correspond, il en faut au moins {least}",
            other: "{count} fichiers correspondent, il en faut au moins {least}"
        ))
    static let tooMany = Message(
        "own.too_many",
        en: (
            one: "{count} file matches, at most {most} are wanted",
            other: "{count} files match, at most {most} are wanted"
        ),
        fr: (
            one: "{count} fichier correspond, il en faut au plus {most}",
            other: "{count} fichiers correspondent, il en faut au plus {most}"
        ))
    static let notJSON = Message("own.not_json", en: "it is not JSON: {detail}", fr: "ce n’est pas du JSON : {detail}")
    static let notNotebook = Message(
        "own.not_notebook", en: "it has no cells, so it is no notebook",
        fr: "il n’a pas de cellules, ce n’est donc pas un notebook")
    static let noFile = Message("own.no_file", en: "there is no such file", fr: "ce fichier n’existe pas")
    static let noKey = Message("own.no_key", en: "the key is not set", fr: "la clé n’est pas définie")
    static let example = Message(
        "own.example", en: "it holds nothing, or a text from an example",
        fr: "elle est vide ou contient un texte d’exemple")
    static let otherStatus = Message(
        "own.status", en: "the answer is {status} in place of {wanted}",
        fr: "la réponse est {status} au lieu de {wanted}")
    static let noText = Message(
        "own.no_text", en: "the answer does not have \"{text}\" in it", fr: "la réponse ne contient pas « {text} »")
    static let noAnswer = Message("own.no_answer", en: "{reason}", fr: "{reason}")
    static let otherExit = Message(
        "own.exit", en: "it ended with exit code {code} in place of {wanted}: {words}",
        fr: "il s’est terminé avec le code {code} au lieu de {wanted} : {words}")
    static let noProgram = Message(
        "own.no_program", en: "it cannot be run: {reason}", fr: "il ne peut être lancé : {reason}")
    static let tooLong = Message("own.too_long", en: "it took more than {limit}", fr: "il a mis plus de {limit}")
    static let noContainer = Message(
        "own.no_container", en: "there is no such container", fr: "ce conteneur n’existe pas")
    static let stopped = Message("own.stopped", en: "it is {status}", fr: "il est {status}")

    static let noChecks = Message(
        "own.no_checks", en: "the file is a list of checks below the key 'checks'",
        fr: "le fichier est une liste de contrôles sous la clé « checks »")
    static let unknownKey = Message("own.unknown_key", en: "unknown key '{key}'", fr: "clé inconnue « {key} »")
    static let missingKey = Message("own.missing_key", en: "the key '{key}' is missing", fr: "la clé « {key} » manque")
    static let badValue = Message(
        "own.bad_value", en: "'{key}': {value} is none of {wanted}", fr: "« {key} » : {value} n’est aucun de {wanted}")
    static let oneTest = Message(
        "own.one_test", en: "a check has one of these keys: {keys}", fr: "un contrôle a l’une de ces clés : {keys}")
    static let noRemedy = Message(
        "own.no_remedy", en: "The file of these checks names no remedy.",
        fr: "Le fichier de ces contrôles ne donne pas de remède.")
    static let outside = Message(
        "own.outside", en: "{path} leads out of the project's folder", fr: "{path} sort du dossier du projet")
    static let noLine = Message(
        "own.no_line", en: "'{line}' is a line for a shell; write the words as a list: [ls, -l]",
        fr: "« {line} » est une ligne de shell ; écrivez les mots en liste : [ls, -l]")
    static let twice = Message(
        "own.twice", en: "another check has the id {id} already", fr: "un autre contrôle a déjà l’id {id}")
    public static let seeManual = Message(
        "own.see_manual", en: "docs/check.md has an example of each kind.",
        fr: "docs/check.md donne un exemple de chaque sorte.")

    public static let all = [
        fails, tooFew, tooMany, notJSON, notNotebook, noFile, noKey, example, otherStatus, noText, noAnswer, otherExit,
        noProgram, tooLong, noContainer, stopped, noChecks, unknownKey, missingKey, badValue, oneTest, noRemedy,
        outside, noLine, twice, seeManual,
    ]
}

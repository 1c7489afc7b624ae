internal import Basics
internal import Secrets

/// What the commands about one dotenv file say.
enum EnvWords {
    // MARK: Options

    static let file = Message("env.file", en: "The dotenv file", fr: "Le fichier .env")
    static let root = Message(
        "env.root", en: "The project's folder; otherwise the nearest one above that holds .secrets or .git",
        fr: "Le dossier du projet ; sinon le plus proche au-dessus qui contient .secrets ou .git")
    static let schema = Message(
        "env.schema", en: "JSON that says which keys the file must hold",
        fr: "JSON qui dit quelles clés le fichier doit contenir")
    static let example = Message(
        "env.example", en: "The example; otherwise FILE.example, or .env.example beside it",
        fr: "L’exemple ; sinon FICHIER.example, ou .env.example à côté")
    static let source = Message(
        "env.source", en: "An old or torn file to salvage values from, the best first",
        fr: "Un fichier ancien ou abîmé où reprendre des valeurs, le meilleur d’abord")
    static let dryRun = Message("env.dry_run", en: "Show the difference, write nothing", fr: "Montre sans rien écrire")
    static let yes = Message("env.yes", en: "Write without asking", fr: "Écrit sans demander")

    // MARK: Check

    static let notThere = Message("env.not_there", en: "it is not there", fr: "il n’existe pas")
    static let makeIt = Message(
        "env.make_it", en: "'comfygate env rebuild {file}' makes it.", fr: "« comfygate env rebuild {file} » le crée.")
    static let unreadable = Message("env.unreadable", en: "cannot be read: {reason}", fr: "illisible : {reason}")
    static let severityError = Message("env.severity.error", en: "error", fr: "erreur")
    static let severityWarning = Message("env.severity.warning", en: "warning", fr: "attention")
    static let severityNote = Message("env.severity.note", en: "note", fr: "note")
    static let fine = Message("env.fine", en: "Nothing is wrong.", fr: "Rien à redire.")
    static let errors = Message(
        "env.errors", en: (one: "1 error", other: "{count} errors"),
        fr: (one: "{count} erreur", other: "{count} erreurs"))
    static let warnings = Message(
        "env.warnings", en: (one: "1 warning", other: "{count} warnings"),
        fr: (one: "{count} avertissement", other: "{count} avertissements"))

    static func severity(_ severity: EnvFinding.Severity) -> Message {
        switch severity {
        case .error: severityError
        case .warning: severityWarning
        case .note: severityNote
        }
    }

    // MARK: Rebuild

    static let added = Message("env.added", en: "added", fr: "ajouté")
    static let changed = Message("env.changed", en: "changed", fr: "changé")
    static let removed = Message("env.removed", en: "removed", fr: "enlevé")
    static let kept = Message(
        "env.kept", en: "The torn file is kept as {path}: remove it when nothing is missed.",
        fr: "Le fichier abîmé est gardé sous {path} : supprimez-le quand rien ne manque.")
    static let unchangedKey = Message("env.unchanged_key", en: "as it was", fr: "inchangé")
    static let requoted = Message("env.requoted", en: "quoted anew", fr: "guillemets")
    static let empty = Message("env.shown_empty", en: "(empty)", fr: "(vide)")

    static func change(_ change: EnvDifference.Change) -> Message {
        switch change {
        case .added: added
        case .changed: changed
        case .removed: removed
        case .same: unchangedKey
        case .requoted: requoted
        }
    }

    static let originTruth = Message("env.origin.truth", en: "source of truth", fr: "source de vérité")
    static let originCurrent = Message("env.origin.current", en: "the file itself", fr: "le fichier même")
    static let originExample = Message("env.origin.example", en: "example", fr: "exemple")
    static let originNobody = Message("env.origin.nobody", en: "nobody knows", fr: "personne ne sait")

    static let same = Message(
        "env.same", en: (one: "1 other key stays as it is.", other: "{count} other keys stay as they are."),
        fr: (one: "{count} autre clé reste telle quelle.", other: "{count} autres clés restent telles quelles."))
    static let unsound = Message(
        "env.unsound",
        en: "The credential {name} of the source of truth is not right itself and was not used: see 'comfygate secrets "
            + "audit'.",
        fr: "Le secret {name} de la source de vérité est lui-même à revoir et n’a pas servi : voir « comfygate secrets "
            + "audit ».")
    static let fromExample = Message(
        "env.from_example", en: "The file is made from the example.", fr: "Le fichier est fait à partir de l’exemple.")
    static let fromNothing = Message(
        "env.from_nothing", en: "The file is made from nothing: there is no example (--example names one).",
        fr: "Le fichier est fait de rien : il n’y a pas d’exemple (--example en désigne un).")
    static let tornExample = Message(
        "env.torn_example",
        en:
            "The file is torn: what could be read of it goes into the text of the example. The torn file is kept beside.",
        fr: "Le fichier est abîmé : ce qui se lit encore va dans le texte de l’exemple. L’ancien est gardé à côté.")
    static let tornNothing = Message(
        "env.torn_nothing",
        en: "The file is torn: what could be read of it goes into a new one, without its comments, for there is no "
            + "example (--example names one). The torn file is kept beside.",
        fr: "Le fichier est abîmé : ce qui se lit encore va dans un nouveau, sans ses commentaires, faute d’exemple "
            + "(--example en désigne un). L’ancien est gardé à côté.")
    static let silenced = Message(
        "env.silenced", en: "Lines that no program reads become comments: {lines}.",
        fr: "Des lignes qu’aucun programme ne lit deviennent des commentaires : {lines}.")
    static let untouched = Message(
        "env.untouched", en: "These keys cannot be changed where they stand; edit them by hand: {keys}.",
        fr: "Ces clés ne peuvent être changées là où elles sont ; modifiez-les à la main : {keys}.")
    static let toFill = Message(
        "env.to_fill", en: "Nobody knows a sound value; fill in by hand: {keys}.",
        fr: "Personne ne connaît de bonne valeur ; à remplir à la main : {keys}.")
    static let question = Message("env.question", en: "Write {file}?", fr: "Écrire {file} ?")
    static let nobodyToAsk = Message(
        "env.nobody_to_ask", en: "there is no terminal to ask at, so nothing was written",
        fr: "aucun terminal pour demander ; rien n’a été écrit")
    static let addYes = Message("env.add_yes", en: "Add --yes to write.", fr: "Ajoutez --yes pour écrire.")
    static let leftAlone = Message("env.left_alone", en: "Nothing was written.", fr: "Rien n’a été écrit.")
    static let dry = Message(
        "env.dry", en: "Nothing was written (--dry-run).", fr: "Rien n’a été écrit (--dry-run).")
    static let written = Message("env.written", en: "It is written.", fr: "C’est écrit.")
    static let unchanged = Message(
        "env.unchanged", en: "There is nothing to change.", fr: "Il n’y a rien à changer.")
    static let tooManyCopies = Message(
        "env.too_many_copies", en: "there are nine kept files already; nothing was written",
        fr: "il y a déjà neuf fichiers gardés ; rien n’a été écrit")
    static let removeCopies = Message(
        "env.remove_copies", en: "Remove those that nobody needs.", fr: "Supprimez ceux qui ne servent plus.")

    static let messages = [
        file, root, schema, example, source, dryRun, yes, notThere, makeIt, unreadable, severityError, severityWarning,
        severityNote, fine, errors, warnings, added, changed, removed, kept, unchangedKey, requoted, empty, originTruth,
        originCurrent, originExample, originNobody, same, unsound, fromExample, fromNothing, tornExample, tornNothing,
        silenced, untouched, toFill, question, nobodyToAsk, addYes, leftAlone, dry, written, unchanged, tooManyCopies,
        removeCopies,
    ]
}

internal import Basics

/// What `workflow` and `nodes` say.
enum WorkflowMessages {
    static let notJSON = Message(
        "workflow.not_json", en: "this is not JSON: {reason}", fr: "ce n’est pas du JSON : {reason}")
    static let notWorkflow = Message(
        "workflow.not_workflow", en: "this is not a workflow", fr: "ce n’est pas un workflow")
    static let notWorkflowRemedy = Message(
        "workflow.not_workflow.remedy", en: "Save one in the editor, or export it in the API format.",
        fr: "Enregistrez-en un dans l’éditeur, ou exportez-le au format API.")
    static let editors = Message(
        "workflow.editors", en: "this is in the editor's format, which would be lost",
        fr: "ceci est au format de l’éditeur, qui serait perdu")
    static let editorsRemedy = Message(
        "workflow.editors.remedy", en: "Write the API format elsewhere with --output.",
        fr: "Écrivez le format API ailleurs avec --output.")
    static let good = Message(
        "workflow.good", en: "The workflow is valid; {count} outputs would run.",
        fr: "Le workflow est valide ; {count} sorties s’exécuteraient.")
    static let bad = Message(
        "workflow.bad", en: (one: "1 mistake.", other: "{count} mistakes."),
        fr: (one: "{count} erreur.", other: "{count} erreurs."))
    static let unknownClass = Message(
        "workflow.unknown_class", en: "node {node}: the class {name} is not installed{hint}",
        fr: "nœud {node} : la classe {name} n’est pas installée{hint}")
    static let deadLink = Message(
        "workflow.dead_link", en: "node {node} ({name}), input {input}: the link leads to {target}, which is not there",
        fr: "nœud {node} ({name}), entrée {input} : le lien mène à {target}, qui n’existe pas")
    static let didYouMean = Message(
        "workflow.did_you_mean", en: " (did you mean {name}?)", fr: " (vouliez-vous dire {name} ?)")
    static let written = Message("workflow.written", en: "Written to {path}.", fr: "Écrit dans {path}.")
    static let backup = Message("workflow.backup", en: "The old file is {path}.", fr: "L’ancien fichier est {path}.")
    static let nothingToFix = Message(
        "workflow.nothing_to_fix", en: "There is nothing to fix.", fr: "Il n’y a rien à réparer.")
    static let same = Message("workflow.same", en: "No difference.", fr: "Aucune différence.")
    static let missingModels = Message(
        "workflow.missing_models", en: (one: "1 model file is missing.", other: "{count} model files are missing."),
        fr: (one: "{count} fichier de modèle manque.", other: "{count} fichiers de modèle manquent."))
    static let noNode = Message(
        "nodes.none", en: "no node class fits '{pattern}'", fr: "aucune classe ne correspond à « {pattern} »")
    static let noNodeRemedy = Message(
        "nodes.none.remedy", en: "Names, titles and categories are searched, with * for anything.",
        fr: "La recherche porte sur noms, titres et catégories, avec * pour n’importe quoi.")

    static let all = [
        notJSON, notWorkflow, notWorkflowRemedy, editors, editorsRemedy, good, bad, unknownClass, deadLink, didYouMean,
        written,
        backup, nothingToFix, same, missingModels, noNode, noNodeRemedy,
    ]
}

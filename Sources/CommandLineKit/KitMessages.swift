internal import Basics

/// What the kit itself says.
enum KitMessages {
    static let unknownCommand = Message(
        "usage.unknown_command", en: "unknown command '{word}'", fr: "commande inconnue « {word} »")
    static let unknownOption = Message(
        "usage.unknown_option", en: "unknown option {option}", fr: "option inconnue {option}")
    static let didYouMean = Message("usage.did_you_mean", en: "Did you mean {word}?", fr: "Vouliez-vous dire {word} ?")
    static let seeHelp = Message("usage.see_help", en: "See '{command}'.", fr: "Voir « {command} ».")
    static let verbMissing = Message(
        "usage.verb_missing", en: "'{noun}' needs a verb", fr: "il manque un verbe après « {noun} »")
    static let writeOne = Message(
        "usage.write_one", en: "Write one of: {choices}.", fr: "Écrivez l’un de ces mots : {choices}.")
    static let valueMissing = Message(
        "usage.value_missing", en: "{option} needs a value", fr: "{option} attend une valeur")
    static let writeValue = Message(
        "usage.write_value", en: "Write {option}={placeholder}.", fr: "Écrivez {option}={placeholder}.")
    static let flagWithValue = Message(
        "usage.flag_with_value", en: "{option} takes no value", fr: "{option} ne prend pas de valeur")
    static let givenTwice = Message(
        "usage.given_twice", en: "{option} is given twice", fr: "{option} est donné deux fois")
    static let extraWord = Message(
        "usage.extra_word", en: "there is no place for '{word}'", fr: "« {word} » est de trop")
    static let missing = Message("usage.missing", en: "{parameter} is missing", fr: "il manque {parameter}")
    static let badValue = Message(
        "usage.bad_value", en: "{parameter} cannot be '{value}'", fr: "{parameter} ne peut pas être « {value} »")

    static let writeText = Message("usage.write_text", en: "Write some text.", fr: "Écrivez un texte.")
    static let writeNumber = Message("usage.write_number", en: "Write a whole number.", fr: "Écrivez un nombre entier.")
    static let writeSize = Message(
        "usage.write_size", en: "Write a number and a unit, such as 32MB.",
        fr: "Écrivez un nombre et une unité, par exemple 32MB.")
    static let writeDuration = Message(
        "usage.write_duration", en: "Write a number and a unit, such as 90d, 24h or 500ms.",
        fr: "Écrivez un nombre et une unité, par exemple 90d, 24h ou 500ms.")
    static let writeID = Message(
        "usage.write_id", en: "Write an id of 36 characters, as the lists show it.",
        fr: "Écrivez un identifiant de 36 caractères, comme dans les listes.")
    static let writePath = Message("usage.write_path", en: "Write a path.", fr: "Écrivez un chemin.")
    static let writeChoice = Message(
        "usage.write_choice", en: "Write one of: {choices}.", fr: "Écrivez l’un de ces mots : {choices}.")

    static let helpJSON = Message("help.json", en: "Print data as JSON", fr: "Affiche les données en JSON")
    static let helpQuiet = Message(
        "help.quiet", en: "Say nothing but errors to people", fr: "N’affiche que les erreurs")
    static let helpLanguage = Message(
        "help.lang", en: "Language of messages; LC_ALL and LANG choose it otherwise",
        fr: "Langue des messages ; sinon choisie par LC_ALL et LANG")
    static let helpHelp = Message("help.help", en: "Explain a command", fr: "Explique une commande")
    static let helpVersion = Message("help.version", en: "Print the version", fr: "Affiche la version")

    static let titleUsage = Message("help.title_usage", en: "Usage:", fr: "Utilisation :")
    static let titleCommands = Message("help.title_commands", en: "Commands:", fr: "Commandes :")
    static let titleArguments = Message("help.title_arguments", en: "Arguments:", fr: "Arguments :")
    static let titleOptions = Message("help.title_options", en: "Options:", fr: "Options :")
    static let titleGlobals = Message("help.title_globals", en: "With every command:", fr: "Avec chaque commande :")
    static let titleExamples = Message("help.title_examples", en: "Examples:", fr: "Exemples :")
    static let fallback = Message("help.fallback", en: "default: {value}", fr: "par défaut : {value}")
    static let required = Message("help.required", en: "required", fr: "obligatoire")
    static let repeatable = Message("help.repeatable", en: "may be repeated", fr: "peut être répété")
    static let wordOptions = Message("help.word_options", en: "[options]", fr: "[options]")
    static let wordVerb = Message("help.word_verb", en: "<verb>", fr: "<verbe>")
    static let wordCommand = Message("help.word_command", en: "<command>", fr: "<commande>")

    static let outputLost = Message(
        "run.output_lost", en: "what was printed could not be written", fr: "le résultat n’a pas pu être écrit")
    static let checkDisk = Message(
        "run.check_disk", en: "Check that the disk is not full.", fr: "Vérifiez que le disque n’est pas plein.")
    static let unexpected = Message(
        "run.unexpected", en: "unexpected failure: {error}", fr: "erreur inattendue : {error}")

    static let secretPlace = Message("secret.place", en: "secret", fr: "secret")
    static let secretNoTerminal = Message(
        "secret.no_terminal", en: "there is no terminal to ask at", fr: "aucun terminal pour poser la question")
    static let secretElsewhere = Message(
        "secret.elsewhere", en: "Pass it on standard input, in a file or by the environment.",
        fr: "Passez-le par l’entrée standard, un fichier ou l’environnement.")
    static let secretTerminal = Message(
        "secret.terminal", en: "standard input is a terminal, which would show it",
        fr: "l’entrée standard est un terminal, qui l’afficherait")
    static let secretPipe = Message(
        "secret.pipe", en: "Redirect it from a file or a pipe.", fr: "Redirigez-la depuis un fichier ou un tube.")
    static let secretCancelled = Message("secret.cancelled", en: "nothing was entered", fr: "rien n’a été saisi")
    static let secretEmpty = Message("secret.empty", en: "it is empty", fr: "il est vide")
    static let secretLong = Message(
        "secret.long", en: "it is longer than {limit} bytes", fr: "il dépasse {limit} octets")
    static let secretNotText = Message(
        "secret.not_text", en: "it holds bytes that are not UTF-8 text",
        fr: "il contient des octets qui ne sont pas du texte UTF-8")
    static let secretBoth = Message(
        "secret.both", en: "{name} and {name}_FILE are both set", fr: "{name} et {name}_FILE sont tous deux définis")
    static let secretChoose = Message("secret.choose", en: "Keep one of them.", fr: "N’en gardez qu’un.")
    static let fileUnreadable = Message("file.unreadable", en: "cannot be read: {reason}", fr: "illisible : {reason}")
    static let fileLong = Message("file.long", en: "is larger than {limit} bytes", fr: "dépasse {limit} octets")

    static let confirmChoice = Message("confirm.choice", en: "[y/N]", fr: "[o/N]")

    static let all = [
        unknownCommand, unknownOption, didYouMean, seeHelp, verbMissing, writeOne, valueMissing, writeValue,
        flagWithValue,
        givenTwice, extraWord, missing, badValue, writeText, writeNumber, writeSize, writeDuration, writeID, writePath,
        writeChoice, helpJSON, helpQuiet, helpLanguage, helpHelp, helpVersion, titleUsage, titleCommands,
        titleArguments,
        titleOptions, titleGlobals, titleExamples, fallback, required, repeatable, wordOptions, wordVerb, wordCommand,
        outputLost, checkDisk, unexpected, secretPlace, secretNoTerminal, secretElsewhere, secretTerminal, secretPipe,
        secretCancelled, secretEmpty,
        secretLong, secretNotText, secretBoth, secretChoose, fileUnreadable, fileLong, confirmChoice,
    ]
}

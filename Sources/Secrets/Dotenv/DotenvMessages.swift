public import Basics

/// What people read about dotenv files; keys, lines and programs, never a value.
public enum DotenvMessages {
    public static let all: [Message] = readers + consumers + obstacles + reasons + problems + errors

    // Programs.
    static let composeV2 = Message("dotenv.reader.compose_v_two", en: "Docker Compose v2", fr: "Docker Compose v2")
    static let composeV1 = Message("dotenv.reader.compose_v_one", en: "docker-compose v1", fr: "docker-compose v1")
    static let dockerRun = Message(
        "dotenv.reader.docker_run", en: "docker run --env-file", fr: "docker run --env-file")
    static let posixShell = Message("dotenv.reader.shell", en: "'. file' in a shell", fr: "« . fichier » dans un shell")
    static let pythonDotenv = Message("dotenv.reader.python", en: "python-dotenv", fr: "python-dotenv")
    static let pythonDotenvOld = Message(
        "dotenv.reader.python_old", en: "python-dotenv up to 1.2.2", fr: "python-dotenv jusqu’à 1.2.2")
    static let rawLine = Message(
        "dotenv.reader.line", en: "a script that reads lines", fr: "un script qui lit ligne par ligne")
    private static let readers = [composeV2, composeV1, dockerRun, posixShell, pythonDotenv, pythonDotenvOld, rawLine]

    // Whom it matters to.
    static let forComposeV2 = Message(
        "dotenv.consumer.compose_v_two", en: "services started with 'docker compose'",
        fr: "les services lancés par « docker compose »")
    static let forComposeV1 = Message(
        "dotenv.consumer.compose_v_one", en: "services started with the old 'docker-compose'",
        fr: "les services lancés par l’ancien « docker-compose »")
    static let forDockerRun = Message(
        "dotenv.consumer.docker_run", en: "containers started with 'docker run --env-file'",
        fr: "les conteneurs lancés par « docker run --env-file »")
    static let forShell = Message(
        "dotenv.consumer.shell", en: "shell scripts and entrypoints that source the file",
        fr: "les scripts shell et points d’entrée qui sourcent le fichier")
    static let forPython = Message(
        "dotenv.consumer.python", en: "Python programs and notebooks that load the file",
        fr: "les programmes Python et notebooks qui chargent le fichier")
    static let forLines = Message(
        "dotenv.consumer.line", en: "PowerShell scripts and others that search for 'KEY='",
        fr: "les scripts PowerShell et autres qui cherchent « CLÉ= »")
    private static let consumers = [forComposeV2, forComposeV1, forDockerRun, forShell, forPython, forLines]

    // Obstacles.
    static let unexpectedCharacter = Message(
        "dotenv.obstacle.character", en: "a character that a key cannot have, or text behind a closing quote",
        fr: "un caractère impossible dans une clé, ou du texte après un guillemet fermant")
    static let spaceInKey = Message(
        "dotenv.obstacle.space", en: "a space in the key", fr: "une espace dans la clé")
    static let emptyKey = Message("dotenv.obstacle.empty", en: "no key before '='", fr: "pas de clé avant « = »")
    static let unterminatedQuote = Message(
        "dotenv.obstacle.quote", en: "a quote that is never closed", fr: "un guillemet jamais fermé")
    static let nothingToExport = Message(
        "dotenv.obstacle.export", en: "'export' without a key", fr: "« export » sans clé")
    static let invalidTemplate = Message(
        "dotenv.obstacle.template", en: "'${' that is not a variable", fr: "« ${ » qui n’est pas une variable")
    static let requiredVariable = Message(
        "dotenv.obstacle.required", en: "a variable that is required and not set",
        fr: "une variable requise qui n’est pas définie")
    static let notUTF8 = Message(
        "dotenv.obstacle.utf", en: "bytes that are not UTF-8", fr: "des octets qui ne sont pas de l’UTF-8")
    static let nul = Message("dotenv.obstacle.nul", en: "a NUL byte", fr: "un octet NUL")
    static let lineTooLong = Message(
        "dotenv.obstacle.long", en: "a line of more than {limit} bytes", fr: "une ligne de plus de {limit} octets")
    static let notAName = Message(
        "dotenv.obstacle.name", en: "a key that is no name of a shell variable",
        fr: "une clé qui n’est pas un nom de variable shell")
    static let command = Message(
        "dotenv.obstacle.command", en: "a line that a shell runs as a command",
        fr: "une ligne que le shell exécute comme une commande")
    static let shellState = Message(
        "dotenv.obstacle.state", en: "a value that depends on the shell", fr: "une valeur qui dépend du shell")
    static let dialect = Message(
        "dotenv.obstacle.dialect", en: "a form that shells read differently",
        fr: "une forme que les shells lisent différemment")
    static let tilde = Message(
        "dotenv.obstacle.tilde", en: "'~', which a shell replaces by a home directory",
        fr: "« ~ », que le shell remplace par un répertoire personnel")
    static let expansion = Message(
        "dotenv.obstacle.expansion", en: "a shell expansion that is not supported here",
        fr: "une expansion shell non prise en charge ici")
    private static let obstacles = [
        unexpectedCharacter, spaceInKey, emptyKey, unterminatedQuote, nothingToExport, invalidTemplate,
        requiredVariable,
        notUTF8, nul, lineTooLong, notAName, command, shellState, dialect, tilde, expansion,
    ]

    // What a reader does instead.
    static let keepsQuotes = Message(
        "dotenv.reason.quotes", en: "{reader} takes the quotes for a part of the value",
        fr: "{reader} prend les guillemets pour une partie de la valeur")
    static let expandsVariables = Message(
        "dotenv.reason.variables", en: "{reader} takes '$' for the start of a variable",
        fr: "{reader} prend « $ » pour le début d’une variable")
    static let changesBackslashes = Message(
        "dotenv.reason.backslashes", en: "{reader} drops or adds backslashes",
        fr: "{reader} enlève ou ajoute des barres obliques inverses")
    static let changesLineEnds = Message(
        "dotenv.reason.ends", en: "{reader} changes the line ends inside the value",
        fr: "{reader} change les fins de ligne dans la valeur")
    static let cutsComment = Message(
        "dotenv.reason.comment", en: "{reader} takes '#' for the start of a comment",
        fr: "{reader} prend « # » pour le début d’un commentaire")
    static let keepsComment = Message(
        "dotenv.reason.keeps_comment", en: "{reader} takes the comment behind the value for a part of it",
        fr: "{reader} prend le commentaire qui suit la valeur pour une partie de celle-ci")
    static let trimsBlanks = Message(
        "dotenv.reason.blanks", en: "{reader} drops or keeps blanks around the value",
        fr: "{reader} enlève ou garde des espaces autour de la valeur")
    static let seesOtherBytes = Message(
        "dotenv.reason.other", en: "{reader} sees other bytes", fr: "{reader} voit d’autres octets")
    static let missing = Message(
        "dotenv.reason.missing", en: "{reader} does not find the key", fr: "{reader} ne trouve pas la clé")
    static let hiddenByMark = Message(
        "dotenv.reason.mark",
        en: "{reader} does not find the key: the byte order mark at the start of the file hides it",
        fr: "{reader} ne trouve pas la clé : la marque d’ordre des octets en tête du fichier la cache")
    static let keepsCarriageReturn = Message(
        "dotenv.reason.carriage_return", en: "{reader} keeps the carriage return at the end of the line",
        fr: "{reader} garde le retour chariot en fin de ligne")
    static let unreadable = Message(
        "dotenv.reason.unreadable", en: "{reader} cannot read it: {obstacle}",
        fr: "{reader} ne peut pas la lire : {obstacle}")
    static let unreadableAt = Message(
        "dotenv.reason.unreadable_at", en: "{reader} cannot read it: {obstacle} (line {line})",
        fr: "{reader} ne peut pas la lire : {obstacle} (ligne {line})")
    private static let reasons = [
        keepsQuotes, expandsVariables, changesBackslashes, changesLineEnds, cutsComment, keepsComment,
        trimsBlanks, seesOtherBytes, missing, hiddenByMark, keepsCarriageReturn, unreadable, unreadableAt,
    ]

    // Problems of a file.
    static let invalid = Message(
        "dotenv.problem.invalid", en: "line {line}: {obstacle}", fr: "ligne {line} : {obstacle}")
    static let duplicateKey = Message(
        "dotenv.problem.duplicate", en: "line {line}: {key} stands on line {first} already; the last one counts",
        fr: "ligne {line} : {key} figure déjà à la ligne {first} ; la dernière compte")
    static let bareKeyAtEnd = Message(
        "dotenv.problem.bare",
        en: "line {line}: a key without '=' and without line end; Docker Compose v2 does not see it",
        fr: "ligne {line} : une clé sans « = » ni fin de ligne ; Docker Compose v2 ne la voit pas")
    static let loneCarriageReturn = Message(
        "dotenv.problem.carriage_return", en: "line {line}: a carriage return that does not end a line",
        fr: "ligne {line} : un retour chariot qui ne termine pas une ligne")
    private static let problems = [invalid, duplicateKey, bareKeyAtEnd, loneCarriageReturn]

    // Errors.
    static let tooLarge = Message(
        "dotenv.error.large", en: "the file is larger than {limit} bytes", fr: "le fichier dépasse {limit} octets")
    static let invalidKey = Message(
        "dotenv.error.key", en: "'{key}' cannot be a new key: use letters, digits and '_', no digit first",
        fr: "« {key} » ne peut pas être une nouvelle clé : lettres, chiffres et « _ », sans chiffre au début")
    static let nulInValue = Message(
        "dotenv.error.nul", en: "the value for {key} contains a NUL byte, which no environment can hold",
        fr: "la valeur pour {key} contient un octet NUL, qu’aucun environnement ne peut contenir")
    static let valueTooLong = Message(
        "dotenv.error.value", en: "the value for {key} is longer than {limit} bytes",
        fr: "la valeur pour {key} dépasse {limit} octets")
    static let noSpelling = Message(
        "dotenv.error.spelling", en: "no way to write the value for {key} is read the same by all: {objections}",
        fr: "aucune écriture de la valeur pour {key} n’est lue de la même façon par tous : {objections}")
    static let openQuote = Message(
        "dotenv.error.quote", en: "the quote opened on line {line} is never closed; close it first",
        fr: "le guillemet ouvert à la ligne {line} n’est jamais fermé ; fermez-le d’abord")
    private static let errors = [tooLarge, invalidKey, nulInValue, valueTooLong, noSpelling, openQuote]
}

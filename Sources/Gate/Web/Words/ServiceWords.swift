internal import Basics

/// What services say in English, found again by the sentence itself so that pages can say it in other languages.
///
/// A sentence that is not here is shown as it is: better English than nothing. Tests compare with the services.
enum ServiceWords {
    static func phrase(_ error: GateError) -> Phrase {
        known[error.message].map { Phrase($0) } ?? Phrase(verbatim: error.message)
    }

    /// The same for a sentence inside another: why a job failed.
    static func phrase(_ phrase: Phrase) -> Phrase {
        guard phrase.message == JobReasons.ended, let text = phrase.arguments["message"], let message = known[text]
        else { return phrase }
        func whole(_ language: Language) -> String {
            Phrase(JobReasons.ended, ["message": message.text(in: language)]).text(in: language)
        }
        return Phrase(en: whole(.english), fr: whole(.french))
    }

    private static let known = Dictionary(
        all.map { ($0.text(in: .english), $0) }, uniquingKeysWith: { first, _ in first })

    static let all = [
        Message(
            "service.account_exists", en: "There is an account of this name already; choose another name.",
            fr: "Un compte porte déjà ce nom ; choisissez-en un autre."),
        Message(
            "service.team_exists", en: "There is a team of this name already; choose another name.",
            fr: "Une équipe porte déjà ce nom ; choisissez-en un autre."),
        Message("service.no_account", en: "There is no such account.", fr: "Ce compte n’existe pas."),
        Message("service.no_team", en: "There is no such team.", fr: "Cette équipe n’existe pas."),
        Message("service.no_token", en: "There is no such token.", fr: "Ce jeton n’existe pas."),
        Message("service.no_session", en: "There is no such session.", fr: "Cette connexion n’existe pas."),
        Message(
            "service.no_invitation", en: "This invitation is unknown, used or expired; ask for a new one.",
            fr: "Cette invitation est inconnue, utilisée ou expirée ; demandez-en une nouvelle."),
        Message(
            "service.no_bootstrap",
            en:
                "This first-administrator secret is unknown, used or expired; make a new one with `comfygate account bootstrap`.",
            fr:
                "Ce secret du premier administrateur est inconnu, utilisé ou expiré ; créez-en un nouveau avec « comfygate account bootstrap »."
        ),
        Message(
            "service.last_administrator",
            en: "This would leave no administrator who can log in; make another account administrator first.",
            fr: "Il ne resterait aucun administrateur capable de se connecter ; nommez d’abord un autre administrateur."
        ),
        Message("service.name_empty", en: "A name must not be empty.", fr: "Un nom ne doit pas être vide."),
        Message("service.name_long", en: "A name has at most 64 bytes.", fr: "Un nom a au plus 64 octets."),
        Message(
            "service.name_first", en: "A name begins with a letter, a digit or an underscore.",
            fr: "Un nom commence par une lettre, un chiffre ou un tiret bas."),
        Message(
            "service.name_characters",
            en: "A name holds letters, digits and . _ - @ + only; write accented letters as one character.",
            fr:
                "Un nom ne contient que des lettres, des chiffres et . _ - @ + ; écrivez chaque lettre accentuée en un seul caractère."
        ),
        Message(
            "service.password_nul", en: "A password must not contain a NUL character.",
            fr: "Un mot de passe ne doit pas contenir de caractère NUL."),
        Message(
            "service.password_long", en: "A password has at most 72 bytes; accented letters and emoji take several.",
            fr: "Un mot de passe a au plus 72 octets ; les lettres accentuées et les émojis en prennent plusieurs."),
        Message(
            "service.password_long_other",
            en: "A password has at most 511 bytes; accented letters and emoji take several.",
            fr: "Un mot de passe a au plus 511 octets ; les lettres accentuées et les émojis en prennent plusieurs."),
        Message(
            "service.password_short", en: "A password has at least 8 characters.",
            fr: "Un mot de passe a au moins 8 caractères."),
        Message(
            "service.password_name", en: "A password must not be the account's name.",
            fr: "Un mot de passe ne doit pas être le nom du compte."),
        Message("service.password_old", en: "The old password is wrong.", fr: "Le mot de passe actuel est faux."),
        Message(
            "service.password_same", en: "The new password must differ from the old one.",
            fr: "Le nouveau mot de passe doit être différent de l’ancien."),
        Message(
            "service.password_changed", en: "The password has just been changed; use the new one.",
            fr: "Le mot de passe vient d’être changé ; utilisez le nouveau."),
        Message(
            "service.no_guests", en: "This gate has no guests; ask for an account.",
            fr: "Ce portail n’a pas d’invités ; demandez un compte."),
        Message(
            "service.guests_full", en: "There are too many guests; try again later.",
            fr: "Il y a trop d’invités ; réessayez plus tard."),
        Message(
            "service.too_many_logins", en: "Too many logins are under way; try again in a minute.",
            fr: "Trop de connexions sont en cours ; réessayez dans une minute."),
        Message(
            "service.too_many_attempts", en: "Too many attempts from your address; try again in a minute.",
            fr: "Trop de tentatives depuis votre adresse ; réessayez dans une minute."),
        Message(
            "service.too_many_changes", en: "Too many changes are waiting; try again in a moment.",
            fr: "Trop de changements sont en attente ; réessayez dans un instant."),
        Message("service.again", en: "Try again in a moment.", fr: "Réessayez dans un instant."),
        Message(
            "service.label", en: "A token's label has 1 to 100 bytes without control characters.",
            fr: "Le libellé d’un jeton a de 1 à 100 octets, sans caractère de contrôle."),
        Message(
            "service.token_past", en: "The token's end is in the past.", fr: "La fin du jeton est dans le passé."),
        Message(
            "service.role", en: "Your account's role does not allow this.",
            fr: "Le rôle de votre compte ne le permet pas."),
        Message(
            "service.scope", en: "This token's scopes do not allow this; make a token with the scope it needs.",
            fr: "Ce jeton ne permet pas cela ; créez-en un qui le permet."),
        Message(
            "service.job_died", en: "The worker that ran this job stopped; it may have been too much for it.",
            fr: "Le serveur de calcul qui exécutait ce job s’est arrêté ; c’était peut-être trop pour lui."),
        Message(
            "service.job_quarantined",
            en: "Workers stopped while they ran graphs like this one; an operator must release it.",
            fr:
                "Des serveurs de calcul se sont arrêtés sous des graphes comme celui-ci ; un opérateur doit le libérer."
        ),
        Message(
            "service.job_unreachable", en: "The worker that ran this job can no longer be reached.",
            fr: "Le serveur de calcul qui exécutait ce job n’est plus joignable."),
        Message(
            "service.job_vanished",
            en: "The worker no longer knows this job; somebody may have removed it there.",
            fr: "Le serveur de calcul ne connaît plus ce job ; quelqu’un l’y a peut-être supprimé."),
        Message(
            "service.job_unknown", en: "Nobody knows whether the worker took this job; submit it again.",
            fr: "Nul ne sait si le serveur de calcul a pris ce job ; envoyez-le de nouveau."),
        Message(
            "service.job_interrupted", en: "Somebody interrupted the worker while it ran this job.",
            fr: "Quelqu’un a interrompu le serveur de calcul pendant ce job."),
        Message(
            "service.job_too_long", en: "The job ran longer than it may and was stopped; make it smaller.",
            fr: "Le job a duré plus longtemps que permis et a été arrêté ; faites-le plus petit."),
        Message(
            "service.job_stalled",
            en: "The worker showed no progress for too long, and the job was stopped.",
            fr: "Le serveur de calcul n’a pas avancé depuis trop longtemps ; le job a été arrêté."),
        Message(
            "service.job_outputs", en: "The job ended, but its files could not be fetched.",
            fr: "Le job est terminé, mais ses fichiers n’ont pas pu être récupérés."),
        Message(
            "service.job_input", en: "A file that this job reads is no longer there; upload it again.",
            fr: "Un fichier que lit ce job n’existe plus ; envoyez-le de nouveau."),
        Message(
            "service.job_expired",
            en: "No worker was free for this job before its time was over; submit it again.",
            fr: "Aucun serveur de calcul n’était libre avant la fin de son délai ; envoyez-le de nouveau."),
        Message("service.no_job", en: "There is no such job.", fr: "Ce job n’existe pas."),
        Message("service.job_over", en: "The job has ended already.", fr: "Le job est déjà terminé."),
        Message(
            "service.job_moves_not", en: "The job does not wait, so it cannot be moved.",
            fr: "Le job n’est pas en attente ; on ne peut pas le déplacer."),
        Message(
            "service.job_runs_yet", en: "The job has not ended; there is nothing to repeat yet.",
            fr: "Le job n’est pas terminé ; il n’y a encore rien à refaire."),
        Message(
            "service.password_due", en: "Choose a new password first, on the console.",
            fr: "Choisissez d’abord un nouveau mot de passe, dans la console."),
    ]
}

internal import Basics

/// What stands around every page.
enum FrameWords {
    static let skip = Message("web.skip", en: "Skip to the content", fr: "Aller au contenu")
    static let console = Message("web.console", en: "ComfyGate console", fr: "Console ComfyGate")
    static let navigation = Message("web.navigation", en: "Console", fr: "Console")
    static let account = Message("web.account", en: "Account", fr: "Compte")
    static let status = Message("web.status", en: "Status", fr: "État")
    static let people = Message("web.people", en: "People", fr: "Personnes")
    static let invitations = Message("web.invitations", en: "Invitations", fr: "Invitations")
    static let teams = Message("web.teams", en: "Teams", fr: "Équipes")
    static let audit = Message("web.audit", en: "Audit", fr: "Journal")
    static let jobs = Message("web.jobs", en: "Jobs", fr: "Jobs")
    static let usage = Message("web.usage", en: "Usage", fr: "Consommation")
    static let files = Message("web.files", en: "Files", fr: "Fichiers")
    static let logout = Message("web.logout", en: "Log out", fr: "Se déconnecter")
    static let errorTitle = Message("web.error_title", en: "Error: {title}", fr: "Erreur : {title}")
    static let problems = Message(
        "web.problems", en: "{count} things are not right", fr: "{count} points sont à corriger")

    static let all = [
        skip, console, navigation, account, status, people, invitations, teams, audit, jobs, usage, files, logout,
        errorTitle, problems,
    ]
}

/// Moments and spans.
enum TimeWords {
    static let now = Message("time.now", en: "just now", fr: "à l’instant")
    static let minutesAgo = Message(
        "time.minutes_ago", en: (one: "{count} minute ago", other: "{count} minutes ago"),
        fr: (one: "il y a {count} minute", other: "il y a {count} minutes"))
    static let hoursAgo = Message(
        "time.hours_ago", en: (one: "{count} hour ago", other: "{count} hours ago"),
        fr: (one: "il y a {count} heure", other: "il y a {count} heures"))
    static let daysAgo = Message(
        "time.days_ago", en: (one: "{count} day ago", other: "{count} days ago"),
        fr: (one: "il y a {count} jour", other: "il y a {count} jours"))
    static let inMinutes = Message(
        "time.in_minutes", en: (one: "in {count} minute", other: "in {count} minutes"),
        fr: (one: "dans {count} minute", other: "dans {count} minutes"))
    static let inHours = Message(
        "time.in_hours", en: (one: "in {count} hour", other: "in {count} hours"),
        fr: (one: "dans {count} heure", other: "dans {count} heures"))
    static let inDays = Message(
        "time.in_days", en: (one: "in {count} day", other: "in {count} days"),
        fr: (one: "dans {count} jour", other: "dans {count} jours"))
    static let days = Message(
        "time.days", en: (one: "{count} day", other: "{count} days"), fr: (one: "{count} jour", other: "{count} jours"))
    static let noEnd = Message("time.no_end", en: "No end date", fr: "Sans date de fin")
    static let ended = Message("time.ended", en: "ended", fr: "terminé")

    static let all = [now, minutesAgo, hoursAgo, daysAgo, inMinutes, inHours, inDays, days, noEnd, ended]
}

/// What forms have in common.
enum FormWords {
    static let userName = Message("form.user_name", en: "User name", fr: "Nom d’utilisateur")
    static let password = Message("form.password", en: "Password", fr: "Mot de passe")
    static let action = Message("form.action", en: "Action", fr: "Action")
    static let revoke = Message("form.revoke", en: "Revoke", fr: "Révoquer")
    static let end = Message("form.end", en: "End", fr: "Fermer")
    static let save = Message("form.save", en: "Save", fr: "Enregistrer")
    static let role = Message("form.role", en: "Role", fr: "Rôle")
    static let team = Message("form.team", en: "Team", fr: "Équipe")
    static let teams = Message("form.teams", en: "Teams", fr: "Équipes")
    static let noTeam = Message("form.no_team", en: "No team", fr: "Aucune équipe")
    static let created = Message("form.created", en: "Created", fr: "Création")
    static let nameMissing = Message(
        "form.name_missing", en: "Type a user name.", fr: "Saisissez un nom d’utilisateur.")
    static let nameHint = Message(
        "form.name_hint", en: "Letters, digits and . _ - @ + are allowed.",
        fr: "Lettres, chiffres et . _ - @ + sont permis.")
    static let more = Message(
        "form.more",
        en: (one: "{count} more is not shown.", other: "{count} more are not shown."),
        fr: (one: "{count} autre n’est pas affiché.", other: "{count} autres ne sont pas affichés."))

    static let all = [
        userName, password, action, revoke, end, save, role, team, teams, noTeam, created, nameMissing, nameHint,
        more,
    ]
}

enum RoleWords {
    static let guest = Message("role.guest", en: "Guest", fr: "Invité")
    static let user = Message("role.user", en: "User", fr: "Utilisateur")
    static let `operator` = Message("role.operator", en: "Operator", fr: "Opérateur")
    static let admin = Message("role.admin", en: "Administrator", fr: "Administrateur")
    static let explained = Message(
        "role.explained",
        en:
            "Users generate and keep what is theirs. Operators also look after the worker. Administrators also manage people.",
        fr:
            "Les utilisateurs génèrent et gardent ce qui est à eux. Les opérateurs veillent aussi sur le serveur de calcul. Les administrateurs gèrent aussi les personnes."
    )

    static let all = [guest, user, `operator`, admin, explained]
}

enum NoticeWords {
    static let passwordChanged = Message(
        "notice.password_changed", en: "The password is changed. Log in with the new one.",
        fr: "Le mot de passe est changé. Connectez-vous avec le nouveau.")
    static let tokenRevoked = Message(
        "notice.token_revoked", en: "The token is revoked; nothing can use it any more.",
        fr: "Le jeton est révoqué ; plus rien ne peut l’utiliser.")
    static let sessionRevoked = Message(
        "notice.session_revoked", en: "The login is ended.", fr: "La connexion est fermée.")
    static let sessionsRevoked = Message(
        "notice.sessions_revoked", en: "The logins are ended.", fr: "Les connexions sont fermées.")
    static let personAdded = Message(
        "notice.person_added", en: "The account is there.", fr: "Le compte est créé.")
    static let personRemoved = Message(
        "notice.person_removed", en: "The account is closed and will be removed after the grace period.",
        fr: "Le compte est fermé et sera supprimé à la fin du délai.")
    static let saved = Message("notice.saved", en: "Saved.", fr: "Enregistré.")
    static let disabled = Message(
        "notice.disabled", en: "The account is disabled and its logins are ended.",
        fr: "Le compte est désactivé et ses connexions sont fermées.")
    static let enabled = Message("notice.enabled", en: "The account is enabled.", fr: "Le compte est activé.")
    static let invitationRevoked = Message(
        "notice.invitation_revoked", en: "The invitation is revoked.", fr: "L’invitation est révoquée.")
    static let teamAdded = Message("notice.team_added", en: "The team is there.", fr: "L’équipe est créée.")
    static let teamRemoved = Message(
        "notice.team_removed", en: "The team is removed; its members stay.",
        fr: "L’équipe est supprimée ; ses membres restent.")

    static let jobCanceled = Message(
        "notice.job_canceled", en: "The job is canceled; one that runs is stopped at its worker.",
        fr: "Le job est annulé ; s’il tourne, il est en cours d’arrêt.")
    static let jobRepeated = Message(
        "notice.job_repeated", en: "This is the new job; it does what the old one did.",
        fr: "Voici le nouveau job ; il refait ce que l’ancien a fait.")
    static let jobMoved = Message("notice.job_moved", en: "The job was moved.", fr: "Le job a été déplacé.")
    static let graphReleased = Message(
        "notice.graph_released", en: "Such graphs run again.", fr: "De tels graphes peuvent de nouveau s’exécuter.")

    static let all = [
        jobCanceled, jobRepeated, jobMoved, graphReleased,
        passwordChanged, tokenRevoked, sessionRevoked, sessionsRevoked, personAdded, personRemoved, saved, disabled,
        enabled, invitationRevoked, teamAdded, teamRemoved,
    ]
}

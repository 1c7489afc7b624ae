internal import Basics

/// Administration of accounts.
enum PeopleWords {
    static let title = Message("people.title", en: "People", fr: "Personnes")
    static let list = Message("people.list", en: "Accounts", fr: "Comptes")
    static let count = Message(
        "people.count", en: (one: "{count} account", other: "{count} accounts"),
        fr: (one: "{count} compte", other: "{count} comptes"))
    static let none = Message("people.none", en: "No account has such a name.", fr: "Aucun compte ne porte un tel nom.")
    static let search = Message("people.search", en: "Part of a name", fr: "Partie d’un nom")
    static let searchButton = Message("people.search_button", en: "Search", fr: "Chercher")
    static let name = Message("people.name", en: "Name", fr: "Nom")
    static let state = Message("people.state", en: "State", fr: "État")
    static let active = Message("people.active", en: "active", fr: "actif")
    static let due = Message("people.due", en: "must choose a password", fr: "doit choisir un mot de passe")
    static let noPassword = Message("people.no_password", en: "no password", fr: "sans mot de passe")
    static let disabled = Message("people.disabled", en: "disabled", fr: "désactivé")
    static let removed = Message("people.removed", en: "removed {when}", fr: "suppression {when}")
    static let machine = Message("people.machine", en: "machine", fr: "machine")
    static let lastUse = Message("people.last_use", en: "Last used", fr: "Dernier usage")
    static let newer = Message("people.previous", en: "Previous page", fr: "Page précédente")
    static let older = Message("people.next", en: "Next page", fr: "Page suivante")
    static let page = Message("people.page", en: "Page {page} of {pages}", fr: "Page {page} sur {pages}")
    static let pages = Message("people.pages", en: "Pages", fr: "Pages")

    static let addTitle = Message("people.add_title", en: "Add somebody", fr: "Ajouter une personne")
    static let addHint = Message(
        "people.add_hint",
        en: "You get a first password to pass on; it must be changed at once. Or send an invitation instead.",
        fr:
            "Vous recevez un premier mot de passe à transmettre ; il devra être changé aussitôt. Ou bien envoyez une invitation."
    )
    static let add = Message("people.add", en: "Add", fr: "Ajouter")

    static let roleTitle = Message("people.role_title", en: "Role", fr: "Rôle")
    static let roleEnds = Message(
        "people.role_ends", en: "A change of role ends the account’s logins.",
        fr: "Un changement de rôle ferme les connexions du compte.")
    static let teamsTitle = Message("people.teams_title", en: "Teams", fr: "Équipes")
    static let access = Message("people.access", en: "Access", fr: "Accès")
    static let ownAccount = Message(
        "people.own_account",
        en: "This is your own account: another administrator must change its role, disable or remove it.",
        fr: "C’est votre propre compte : un autre administrateur doit changer son rôle, le désactiver ou le supprimer.")
    static let resetSummary = Message(
        "people.reset_summary", en: "Give a new password", fr: "Donner un nouveau mot de passe")
    static let reset = Message(
        "people.reset", en: "{name} gets a new password, which you pass on; the old one and all logins end at once.",
        fr:
            "{name} reçoit un nouveau mot de passe, que vous transmettez ; l’ancien et toutes les connexions cessent aussitôt."
    )
    static let resetButton = Message(
        "people.reset_button", en: "Make a new password", fr: "Créer un nouveau mot de passe")
    static let disableSummary = Message("people.disable_summary", en: "Disable the account", fr: "Désactiver le compte")
    static let disable = Message(
        "people.disable",
        en: "{name} can neither log in nor use tokens; waiting jobs are canceled. Nothing is deleted.",
        fr:
            "{name} ne peut plus se connecter ni utiliser de jeton ; les tâches en attente sont annulées. Rien n’est supprimé."
    )
    static let disableButton = Message("people.disable_button", en: "Disable", fr: "Désactiver")
    static let enable = Message("people.enable", en: "Enable the account", fr: "Activer le compte")
    static let removeSummary = Message("people.remove_summary", en: "Remove the account", fr: "Supprimer le compte")
    static let remove = Message(
        "people.remove",
        en: (
            one:
                "{name} is shut out at once. After {count} day the account, its jobs and its files are deleted; until then it can be enabled again.",
            other:
                "{name} is shut out at once. After {count} days the account, its jobs and its files are deleted; until then it can be enabled again."
        ),
        fr: (
            one:
                "{name} est exclu aussitôt. Au bout de {count} jour, le compte, ses tâches et ses fichiers sont supprimés ; d’ici là, il peut être réactivé.",
            other:
                "{name} est exclu aussitôt. Au bout de {count} jours, le compte, ses tâches et ses fichiers sont supprimés ; d’ici là, il peut être réactivé."
        ))
    static let removeButton = Message("people.remove_button", en: "Remove", fr: "Supprimer")
    static let endSessions = Message("people.end_sessions", en: "End all logins", fr: "Fermer toutes les connexions")

    static let madeTitle = Message("people.made_title", en: "The password of {name}", fr: "Mot de passe de {name}")
    static let made = Message(
        "people.made",
        en: "Pass it on by a way you trust: it is shown only this once. At the first login a new one must be chosen.",
        fr:
            "Transmettez-le par un moyen sûr : il ne sera plus affiché. Un nouveau devra être choisi à la première connexion."
    )
    static let toPerson = Message("people.to_person", en: "To the account", fr: "Vers le compte")

    static let all = [
        title, list, count, none, search, searchButton, name, state, active, due, noPassword, disabled, removed,
        machine,
        lastUse, newer, older, page, pages, addTitle, addHint, add, roleTitle, roleEnds, teamsTitle, access, ownAccount,
        resetSummary, reset, resetButton, disableSummary, disable, disableButton, enable, removeSummary, remove,
        removeButton, endSessions, madeTitle, made, toPerson,
    ]
}

/// Administration of invitations and teams.
enum GroupWords {
    static let invitationsLead = Message(
        "invitations.lead",
        en: "Whoever has an invitation makes one account with it, with a name and a password of their choice.",
        fr: "Qui reçoit une invitation crée un seul compte avec elle, en choisissant son nom et son mot de passe.")
    static let invitationsList = Message("invitations.list", en: "Open invitations", fr: "Invitations ouvertes")
    static let invitationsNone = Message(
        "invitations.none", en: "No invitation is open.", fr: "Aucune invitation n’est ouverte.")
    static let invitationOf = Message("invitations.made_on", en: "Made", fr: "Créée")
    static let invitationsEnd = Message("invitations.end", en: "Good until", fr: "Valable jusqu’au")
    static let invite = Message("invitations.invite", en: "Invite somebody", fr: "Inviter une personne")
    static let inviteButton = Message("invitations.invite_button", en: "Make the invitation", fr: "Créer l’invitation")
    static let goodFor = Message("invitations.good_for", en: "Good for", fr: "Durée de validité")
    static let madeTitle = Message("invitations.made_title", en: "The invitation", fr: "L’invitation")
    static let made = Message(
        "invitations.made",
        en: "Send this link to one person: it makes one account and is shown only this once. It is good until {end}.",
        fr:
            "Envoyez ce lien à une seule personne : il crée un seul compte et ne sera plus affiché. Il est valable jusqu’au {end}."
    )
    static let madeLink = Message("invitations.made_link", en: "Link", fr: "Lien")
    static let toList = Message("invitations.to_list", en: "To the invitations", fr: "Vers les invitations")

    static let teamsLead = Message(
        "teams.lead", en: "Teams group accounts for shares and policies.",
        fr: "Les équipes regroupent des comptes pour le partage et les règles.")
    static let teamsList = Message("teams.list", en: "Teams", fr: "Équipes")
    static let teamsNone = Message("teams.none", en: "There are no teams.", fr: "Il n’y a pas d’équipe.")
    static let members = Message("teams.members", en: "Members", fr: "Membres")
    static let teamName = Message("teams.name", en: "Name of the team", fr: "Nom de l’équipe")
    static let addTeam = Message("teams.add", en: "Add a team", fr: "Ajouter une équipe")
    static let rename = Message("teams.rename", en: "Rename", fr: "Renommer")
    static let removeSummary = Message("teams.remove_summary", en: "Remove", fr: "Supprimer")
    static let remove = Message(
        "teams.remove", en: "{name} goes, with open invitations into it; its members stay.",
        fr: "{name} disparaît, avec les invitations ouvertes à son nom ; ses membres restent.")
    static let removeButton = Message("teams.remove_button", en: "Remove the team", fr: "Supprimer l’équipe")

    static let all = [
        invitationsLead, invitationsList, invitationsNone, invitationOf, invitationsEnd, invite, inviteButton, goodFor,
        madeTitle, made, madeLink, toList, teamsLead, teamsList, teamsNone, members, teamName, addTeam, rename,
        removeSummary, remove, removeButton,
    ]
}

internal import Basics

/// The page of one's own account.
enum AccountWords {
    static let title = Message("account.title", en: "Your account", fr: "Votre compte")
    static let signedIn = Message(
        "account.signed_in", en: "You are logged in as {name}. Role: {role}.",
        fr: "Vous êtes connecté comme {name}. Rôle : {role}.")

    static let all = [title, signedIn]
}

enum TokenWords {
    static let title = Message("token.title", en: "Tokens for scripts", fr: "Jetons pour les scripts")
    static let lead = Message(
        "token.lead",
        en:
            "A token lets a notebook or a program use ComfyUI in your name. Give each program its own, so that you can revoke one alone.",
        fr:
            "Un jeton permet à un notebook ou à un programme d’utiliser ComfyUI en votre nom. Donnez à chaque programme le sien, pour pouvoir en révoquer un seul."
    )
    static let list = Message("token.list", en: "Your tokens", fr: "Vos jetons")
    static let listOf = Message("token.list_of", en: "Tokens of this account", fr: "Jetons de ce compte")
    static let none = Message("token.none", en: "There are no tokens.", fr: "Il n’y a pas de jeton.")
    static let label = Message("token.label", en: "Label", fr: "Libellé")
    static let labelHint = Message(
        "token.label_hint", en: "What it is for, such as: notebook on the blue laptop",
        fr: "À quoi il sert, par exemple : notebook du portable bleu")
    static let labelMissing = Message(
        "token.label_missing", en: "Say what the token is for.", fr: "Indiquez à quoi sert le jeton.")
    static let scopes = Message("token.scopes", en: "May", fr: "Permet de")
    static let scopeMissing = Message(
        "token.scope_missing", en: "Choose at least one thing the token may do.",
        fr: "Choisissez au moins une chose que le jeton permet.")
    static let generate = Message("token.generate", en: "generate", fr: "générer")
    static let generateHint = Message(
        "token.generate_hint", en: "send and cancel jobs, upload inputs",
        fr: "envoyer et annuler des tâches, téléverser des fichiers")
    static let read = Message("token.read", en: "read", fr: "lire")
    static let readHint = Message(
        "token.read_hint", en: "see jobs, pictures and progress", fr: "voir les tâches, les images et la progression")
    static let manage = Message("token.manage", en: "manage", fr: "gérer")
    static let manageHint = Message(
        "token.manage_hint", en: "change stored workflows, settings and the history",
        fr: "modifier les workflows enregistrés, les réglages et l’historique")
    static let admin = Message("token.admin", en: "administer", fr: "administrer")
    static let adminHint = Message(
        "token.admin_hint", en: "whatever your role allows; for automation you trust fully",
        fr: "tout ce que votre rôle permet ; pour les automatismes de pleine confiance")
    static let end = Message("token.end", en: "Ends", fr: "Fin")
    static let lastUse = Message("token.last_use", en: "Last used", fr: "Dernier usage")
    static let neverUsed = Message("token.never_used", en: "never", fr: "jamais")
    static let createTitle = Message("token.create_title", en: "Make a token", fr: "Créer un jeton")
    static let lifetime = Message("token.lifetime", en: "Good for", fr: "Durée de validité")
    static let likeLogin = Message(
        "token.like_login", en: "Looks like a token of ComfyUI-Login", fr: "Ressemble à un jeton de ComfyUI-Login")
    static let likeLoginHint = Message(
        "token.like_login_hint",
        en: "Only for old scripts that expect that form; it is random and can be revoked like any other.",
        fr:
            "Seulement pour d’anciens scripts qui attendent cette forme ; il est aléatoire et révocable comme les autres."
    )
    static let likeLoginBadge = Message("token.like_login_badge", en: "ComfyUI-Login form", fr: "forme ComfyUI-Login")
    static let migrationBadge = Message("token.migration_badge", en: "old password hash", fr: "ancienne empreinte")
    static let button = Message("token.button", en: "Make the token", fr: "Créer le jeton")
    static let limit = Message(
        "token.limit", en: "You have {count} tokens, as many as an account may have. Revoke one to make another.",
        fr: "Vous avez {count} jetons, le maximum pour un compte. Révoquez-en un pour en créer un autre.")

    static let madeTitle = Message("token.made_title", en: "Your new token", fr: "Votre nouveau jeton")
    static let once = Message(
        "token.once", en: "Copy it now: it is shown only this once. Whoever has it can act in your name.",
        fr: "Copiez-le maintenant : il ne sera plus affiché. Quiconque le possède peut agir en votre nom.")
    static let secret = Message("token.secret", en: "Token", fr: "Jeton")
    static let clickSelects = Message(
        "token.click_selects", en: "One click on a box selects all of it.",
        fr: "Un clic sur un cadre en sélectionne tout le contenu.")
    static let python = Message(
        "token.python", en: "Notebook cell, nothing to install", fr: "Cellule de notebook, rien à installer")
    static let requests = Message(
        "token.requests", en: "Notebook cell with requests", fr: "Cellule de notebook avec requests")
    static let curl = Message("token.curl", en: "Command line", fr: "Ligne de commande")
    static let oldStyle = Message(
        "token.old_style", en: "Old scripts for ComfyUI-Login: put the token where their old one stood.",
        fr: "Anciens scripts pour ComfyUI-Login : mettez ce jeton à la place de l’ancien.")
    static let back = Message("token.back", en: "I have copied it", fr: "Je l’ai copié")

    static let all = [
        title, lead, list, listOf, none, label, labelHint, labelMissing, scopes, scopeMissing, generate, generateHint,
        read, readHint, manage, manageHint, admin, adminHint, end, lastUse, neverUsed, createTitle, lifetime, likeLogin,
        likeLoginHint, likeLoginBadge, migrationBadge, button, limit, madeTitle, once, secret, clickSelects, python,
        requests, curl, oldStyle, back,
    ]
}

enum SessionWords {
    static let title = Message("session.title", en: "Where you are logged in", fr: "Où vous êtes connecté")
    static let list = Message("session.list", en: "Logins", fr: "Connexions")
    static let none = Message("session.none", en: "There are no logins.", fr: "Il n’y a pas de connexion.")
    static let browser = Message("session.browser", en: "Browser", fr: "Navigateur")
    static let browserOn = Message("session.browser_on", en: "{browser} on {system}", fr: "{browser} sur {system}")
    static let unknownBrowser = Message("session.unknown_browser", en: "Unknown browser", fr: "Navigateur inconnu")
    static let place = Message("session.place", en: "For", fr: "Pour")
    static let gate = Message("session.gate", en: "ComfyUI", fr: "ComfyUI")
    static let console = Message("session.console", en: "Console", fr: "Console")
    static let address = Message("session.address", en: "Address", fr: "Adresse")
    static let begun = Message("session.begun", en: "Since", fr: "Depuis")
    static let lastUse = Message("session.last_use", en: "Last used", fr: "Dernier usage")
    static let current = Message("session.current", en: "this one", fr: "celle-ci")
    static let endOthers = Message("session.end_others", en: "End all others", fr: "Fermer toutes les autres")

    static let all = [
        title, list, none, browser, browserOn, unknownBrowser, place, gate, console, address, begun, lastUse, current,
        endOthers,
    ]
}

internal import Basics

/// Pages that say what went wrong and what to do.
enum ErrorWords {
    static let forbiddenTitle = Message("error.forbidden_title", en: "This is not allowed", fr: "Ce n’est pas permis")
    static let forbidden = Message(
        "error.forbidden", en: "Your account’s role does not allow this. An administrator can change the role.",
        fr: "Le rôle de votre compte ne le permet pas. Un administrateur peut changer ce rôle.")
    static let passwordDue = Message(
        "error.password_due", en: "Choose a new password first; that is done on the console.",
        fr: "Choisissez d’abord un nouveau mot de passe, dans la console.")
    static let foreignOrigin = Message(
        "error.foreign_origin",
        en: "Another site’s page has asked for this, so it was not done. Begin again from a page here.",
        fr: "La page d’un autre site l’a demandé ; rien n’a donc été fait. Recommencez à partir d’une page d’ici.")
    static let notFoundTitle = Message("error.not_found_title", en: "There is nothing here", fr: "Il n’y a rien ici")
    static let notFound = Message(
        "error.not_found", en: "The address may be mistyped, or the thing is gone, or it is not yours.",
        fr: "L’adresse est peut-être mal tapée, ou la chose n’existe plus, ou elle n’est pas à vous.")
    static let misdirectedTitle = Message(
        "error.misdirected_title", en: "ComfyGate is not known by this name",
        fr: "ComfyGate n’est pas connu sous ce nom")
    static let misdirected = Message(
        "error.misdirected", en: "You have asked for {host}, which is none of this gate’s addresses.",
        fr: "Vous avez demandé {host}, qui ne fait pas partie des adresses de ce portail.")
    static let knownAddresses = Message("error.known_addresses", en: "It is found at:", fr: "On le trouve à :")
    static let misdirectedRemedy = Message(
        "error.misdirected_remedy",
        en: "If you run this gate: add the address to public_url in comfygate.yaml and start it again.",
        fr: "Si vous gérez ce portail : ajoutez l’adresse à public_url dans comfygate.yaml, puis redémarrez-le.")
    static let downTitle = Message(
        "error.down_title", en: "ComfyUI is not available just now", fr: "ComfyUI n’est pas disponible pour le moment")
    static let unreachable = Message(
        "error.unreachable",
        en: "The server behind this gate cannot be reached. It may be starting, or it may have stopped.",
        fr: "Le serveur derrière ce portail est injoignable. Il est peut-être en train de démarrer, ou il s’est arrêté."
    )
    static let broken = Message(
        "error.broken", en: "The server behind this gate broke off its answer, or gave one that makes no sense.",
        fr: "Le serveur derrière ce portail a interrompu sa réponse, ou en a donné une qui n’a pas de sens.")
    static let overloadedTitle = Message(
        "error.overloaded_title", en: "Too much at once", fr: "Trop de demandes à la fois")
    static let overloaded = Message(
        "error.overloaded", en: "More is asked of this server than it can take just now.",
        fr: "On demande à ce serveur plus qu’il ne peut faire en ce moment.")
    static let storeUnavailable = Message(
        "error.store_unavailable",
        en: "The gate cannot read or write what it keeps. Its administrator finds the reason in the log.",
        fr:
            "Le portail ne peut ni lire ni écrire ses données. Son administrateur en trouvera la raison dans le journal."
    )
    static let timeoutTitle = Message(
        "error.timeout_title", en: "ComfyUI takes too long", fr: "ComfyUI met trop de temps")
    static let timeout = Message(
        "error.timeout",
        en:
            "The server behind this gate did not answer in time. What you asked for may still be under way; look before you ask again.",
        fr:
            "Le serveur derrière ce portail n’a pas répondu à temps. Votre demande est peut-être encore en cours ; vérifiez avant de recommencer."
    )
    static let tooManyTitle = Message("error.too_many_title", en: "Too many attempts", fr: "Trop de tentatives")
    static let tooMany = Message(
        "error.too_many", en: "Wait a moment, then try again.", fr: "Patientez un instant, puis réessayez.")
    static let otherTitle = Message("error.other_title", en: "This did not work", fr: "Cela n’a pas marché")
    static let ownTitle = Message(
        "error.own_title", en: "Something went wrong here", fr: "Quelque chose a mal tourné ici")
    static let own = Message(
        "error.own", en: "It is the gate’s fault, not yours; the log says more.",
        fr: "La faute est au portail, pas à vous ; le journal en dit plus.")
    static let refreshes = Message(
        "error.refreshes",
        en: (one: "This page tries again each second.", other: "This page tries again every {count} seconds."),
        fr: (one: "Cette page réessaie chaque seconde.", other: "Cette page réessaie toutes les {count} secondes."))
    static let retry = Message("error.retry", en: "Try now", fr: "Réessayer maintenant")
    static let home = Message("error.home", en: "To the start page", fr: "Vers la page d’accueil")
    static let login = Message("error.login", en: "Log in as somebody else", fr: "Se connecter avec un autre compte")
    static let reference = Message(
        "error.reference", en: "For whoever looks after this gate: {status}, {code}, request {request}",
        fr: "Pour la personne qui gère ce portail : {status}, {code}, requête {request}")

    static let all = [
        forbiddenTitle, forbidden, passwordDue, foreignOrigin, notFoundTitle, notFound, misdirectedTitle, misdirected,
        knownAddresses, misdirectedRemedy, downTitle, unreachable, broken, overloadedTitle, overloaded,
        storeUnavailable,
        timeoutTitle, timeout, tooManyTitle, tooMany, otherTitle, ownTitle, own, refreshes, retry, home, login,
        reference,
    ]
}

internal import Basics

/// Logging in and out.
enum LoginWords {
    static let title = Message("login.title", en: "Log in", fr: "Connexion")
    static let consoleTitle = Message("login.console_title", en: "Log in to the console", fr: "Connexion à la console")
    static let button = Message("login.button", en: "Log in", fr: "Se connecter")
    static let wrong = Message(
        "login.wrong", en: "The name or the password is wrong.",
        fr: "Le nom ou le mot de passe est faux.")
    static let throttled = Message(
        "login.throttled", en: "Too many attempts have failed. Wait a moment, then try again.",
        fr: "Trop de tentatives ont échoué. Patientez un instant, puis réessayez.")
    static let throttledFor = Message(
        "login.throttled_for",
        en: (
            one: "Too many attempts have failed. Try again in one second.",
            other: "Too many attempts have failed. Try again in {count} seconds."
        ),
        fr: (
            one: "Trop de tentatives ont échoué. Réessayez dans une seconde.",
            other: "Trop de tentatives ont échoué. Réessayez dans {count} secondes."
        ))
    static let busy = Message(
        "login.busy", en: "Many people are logging in just now. Try again in a moment.",
        fr: "Beaucoup de personnes se connectent en ce moment. Réessayez dans un instant.")
    static let disabled = Message(
        "login.disabled", en: "This account is disabled. Ask an administrator to enable it.",
        fr: "Ce compte est désactivé. Demandez à un administrateur de l’activer.")
    static let ended = Message(
        "login.ended", en: "Your login has ended. Log in again to go on.",
        fr: "Votre connexion a expiré. Reconnectez-vous pour continuer.")
    static let guest = Message("login.guest", en: "Enter as a guest", fr: "Entrer comme invité")
    static let guestHint = Message(
        "login.guest_hint", en: "A guest’s account and all that is in it end after a day.",
        fr: "Le compte d’un invité et tout son contenu disparaissent au bout d’un jour.")
    static let forgotten = Message(
        "login.forgotten", en: "Password forgotten? An administrator can give you a new one.",
        fr: "Mot de passe oublié ? Un administrateur peut vous en donner un nouveau.")

    static let all = [
        title, consoleTitle, button, wrong, throttled, throttledFor, busy, disabled, ended, guest, guestHint,
        forgotten,
    ]
}

enum LogoutWords {
    static let askTitle = Message("logout.ask_title", en: "Log out?", fr: "Se déconnecter ?")
    static let ask = Message(
        "logout.ask", en: "You are about to end your login in this browser. Running jobs go on.",
        fr: "Vous allez fermer votre connexion dans ce navigateur. Les tâches en cours continuent.")
    static let stay = Message("logout.stay", en: "Stay logged in", fr: "Rester connecté")
    static let doneTitle = Message("logout.done_title", en: "You are logged out", fr: "Vous êtes déconnecté")
    static let done = Message(
        "logout.done", en: "This browser’s login has ended on the server, too.",
        fr: "La connexion de ce navigateur est aussi fermée côté serveur.")
    static let again = Message("logout.again", en: "Log in again", fr: "Se reconnecter")

    static let all = [askTitle, ask, stay, doneTitle, done, again]
}

/// Choosing passwords, wherever that is done.
enum PasswordWords {
    static let title = Message("password.title", en: "Change your password", fr: "Changer de mot de passe")
    static let old = Message("password.old", en: "Password until now", fr: "Mot de passe actuel")
    static let new = Message("password.new", en: "New password", fr: "Nouveau mot de passe")
    static let choose = Message("password.choose", en: "Choose a password", fr: "Choisissez un mot de passe")
    static let again = Message(
        "password.again", en: "The same password again", fr: "Le même mot de passe, encore une fois")
    static let rules = Message(
        "password.rules", en: "At least {least} characters; a few words in a row are easy to keep in mind.",
        fr: "Au moins {least} caractères ; quelques mots à la suite se retiennent bien.")
    static let button = Message("password.button", en: "Change the password", fr: "Changer le mot de passe")
    static let ends = Message(
        "password.ends", en: "All your logins end, this one too; tokens stay as they are.",
        fr: "Toutes vos connexions seront fermées, celle-ci aussi ; les jetons ne changent pas.")
    static let due = Message(
        "password.due", en: "Somebody else has chosen your password. Choose your own before you go on.",
        fr: "Votre mot de passe a été choisi par quelqu’un d’autre. Choisissez le vôtre avant de continuer.")
    static let wrongOld = Message(
        "password.wrong_old", en: "The password until now is wrong.", fr: "Le mot de passe actuel est faux.")
    static let differ = Message(
        "password.differ", en: "The two new passwords are not the same.",
        fr: "Les deux nouveaux mots de passe sont différents.")
    static let missing = Message(
        "password.missing", en: "Type a new password.", fr: "Saisissez un nouveau mot de passe.")

    static let all = [title, old, new, choose, again, rules, button, ends, due, wrongOld, differ, missing]
}

enum InvitationWords {
    static let title = Message("invitation.title", en: "Welcome", fr: "Bienvenue")
    static let lead = Message(
        "invitation.lead",
        en: "You are invited to this ComfyGate. Make your account here; the invitation is good until {end}.",
        fr: "Vous êtes invité sur ce ComfyGate. Créez ici votre compte ; l’invitation est valable jusqu’au {end}.")
    static let leadOpen = Message(
        "invitation.lead_open", en: "Make your account with the invitation you were given.",
        fr: "Créez votre compte avec l’invitation que vous avez reçue.")
    static let code = Message("invitation.code", en: "Invitation", fr: "Invitation")
    static let codeHint = Message(
        "invitation.code_hint", en: "It begins with ci_.", fr: "Elle commence par ci_.")
    static let button = Message("invitation.button", en: "Make the account", fr: "Créer le compte")
    static let goneTitle = Message(
        "invitation.gone_title", en: "This invitation is not good any more", fr: "Cette invitation n’est plus valable")
    static let gone = Message(
        "invitation.gone", en: "It was used, was revoked, has ended, or its address is incomplete. Ask for a new one.",
        fr: "Elle a été utilisée ou révoquée, elle a expiré, ou son adresse est incomplète. Demandez-en une nouvelle.")
    static let doneTitle = Message(
        "invitation.done_title", en: "Your account is ready", fr: "Votre compte est prêt")
    static let done = Message(
        "invitation.done", en: "You can log in as {name} now.",
        fr: "Vous pouvez maintenant vous connecter comme {name}.")

    static let all = [title, lead, leadOpen, code, codeHint, button, goneTitle, gone, doneTitle, done]
}

/// Before there is an administrator.
enum StartWords {
    static let title = Message("start.title", en: "Make the first administrator", fr: "Créer le premier administrateur")
    static let lead = Message(
        "start.lead",
        en:
            "This ComfyGate is new. The one-time secret stands in the terminal where the gate was started, or in the file named there.",
        fr:
            "Ce ComfyGate est tout neuf. Le secret à usage unique s’affiche dans le terminal où il a été démarré, ou se trouve dans le fichier qui y est indiqué."
    )
    static let secret = Message("start.secret", en: "One-time secret", fr: "Secret à usage unique")
    static let secretHint = Message(
        "start.secret_hint", en: "Good for 60 minutes. A new one comes from: comfygate account bootstrap",
        fr: "Valable 60 minutes. Pour en obtenir un nouveau : comfygate account bootstrap")
    static let button = Message("start.button", en: "Make the administrator", fr: "Créer l’administrateur")
    static let gateTitle = Message("start.gate_title", en: "This ComfyGate is new", fr: "Ce ComfyGate est tout neuf")
    static let gate = Message(
        "start.gate",
        en:
            "Nobody can log in yet. Its administrator finishes the set-up on the console, which listens on an address of its own.",
        fr:
            "Personne ne peut encore se connecter. Son administrateur termine l’installation dans la console, qui a sa propre adresse."
    )
    static let address = Message(
        "start.address", en: "The console is at {address}.", fr: "La console se trouve à {address}.")

    static let all = [title, lead, secret, secretHint, button, gateTitle, gate, address]
}

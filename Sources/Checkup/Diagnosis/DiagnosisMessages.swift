public import Basics

/// What is said of broken links: what was seen, and what helps.
public enum DiagnosisMessages {
    struct Pair: Sendable {
        let evidence: Message
        let remedy: Message
    }

    private static func pair(
        _ key: String, en: (evidence: String, remedy: String), fr: (evidence: String, remedy: String)
    ) -> Pair {
        Pair(
            evidence: Message("diagnose.\(key)", en: en.evidence, fr: fr.evidence),
            remedy: Message("diagnose.\(key).remedy", en: en.remedy, fr: fr.remedy))
    }

    static let unknownName = pair(
        "unknown_name",
        en: (
            "the name {name} has no address", "Check the spelling, and that the name is in DNS or in /etc/hosts here."
        ),
        fr: (
            "le nom {name} n’a pas d’adresse",
            "Vérifiez l’orthographe, et que le nom est dans le DNS ou dans /etc/hosts ici."
        ))
    static let containerName = pair(
        "container_name",
        en: (
            "{name} is a container's name: only containers in its network know it",
            "From here use the port it publishes: {address}."
        ),
        fr: (
            "{name} est le nom d’un conteneur : seuls les conteneurs de son réseau le connaissent",
            "D’ici, utilisez le port qu’il publie : {address}."
        ))
    static let stopped = pair(
        "stopped",
        en: (
            "the container {name} publishes the port and does not run (exit code {code})",
            "docker start {name}; docker logs --tail 50 {name} says why it stopped."
        ),
        fr: (
            "le conteneur {name} publie le port et ne tourne pas (code de sortie {code})",
            "docker start {name} ; docker logs --tail 50 {name} dit pourquoi il s’est arrêté."
        ))
    static let dies = pair(
        "dies",
        en: (
            "the container {name} dies again and again (exit code {code}); its last words: {words}",
            "Mend what it says: docker logs --tail 50 {name}."
        ),
        fr: (
            "le conteneur {name} meurt sans cesse (code de sortie {code}) ; ses derniers mots : {words}",
            "Réparez ce qu’il dit : docker logs --tail 50 {name}."
        ))
    static let installing = pair(
        "installing",
        en: (
            "the container {name} is still installing: {words}",
            "Wait (docker logs -f {name}), then put the installation into an image, so that the next start is quick."
        ),
        fr: (
            "le conteneur {name} est encore en train d’installer : {words}",
            "Attendez (docker logs -f {name}), puis mettez l’installation dans une image pour des démarrages rapides."
        ))
    static let loading = pair(
        "loading",
        en: (
            "the container {name} runs and does not listen yet; its last words: {words}",
            "Wait for \"To see the GUI go to\" (docker logs -f {name}); if it never comes, its log says why."
        ),
        fr: (
            "le conteneur {name} tourne et n’écoute pas encore ; ses derniers mots : {words}",
            "Attendez « To see the GUI go to » (docker logs -f {name}) ; si cela ne vient pas, son journal dit pourquoi."
        ))
    static let listensInside = pair(
        "listens_inside",
        en: (
            "ComfyUI in {name} listens on its own 127.0.0.1 only, which no published port reaches",
            "Add --listen 0.0.0.0 to its command, and publish the port as 127.0.0.1:{port}:8188."
        ),
        fr: (
            "ComfyUI dans {name} n’écoute que sur son propre 127.0.0.1, qu’aucun port publié n’atteint",
            "Ajoutez --listen 0.0.0.0 à sa commande, et publiez le port comme 127.0.0.1:{port}:8188."
        ))
    static let otherInside = pair(
        "other_inside",
        en: (
            "{name} publishes port {port}, and ComfyUI inside listens on {inside}, which is not the one behind it",
            "Publish 127.0.0.1:{port}:{inside}, or give ComfyUI the port that is published."
        ),
        fr: (
            "{name} publie le port {port}, et ComfyUI écoute à l’intérieur sur {inside}, qui n’est pas derrière",
            "Publiez 127.0.0.1:{port}:{inside}, ou donnez à ComfyUI le port publié."
        ))
    static let wrongPort = pair(
        "wrong_port",
        en: ("nobody listens on port {port}; {name} publishes port {right}", "Use port {right}."),
        fr: ("personne n’écoute sur le port {port} ; {name} publie le port {right}", "Utilisez le port {right}."))
    static let nobody = pair(
        "nobody",
        en: (
            "nobody listens on {host}:{port}",
            "Start the gate (comfygate serve) or ComfyUI there, or name the right port."
        ),
        fr: (
            "personne n’écoute sur {host}:{port}",
            "Démarrez-y le portail (comfygate serve) ou ComfyUI, ou indiquez le bon port."
        ))
    static let insideContainer = pair(
        "inside_container",
        en: (
            "nobody listens on {host}:{port}, and this runs in a container, where {host} is the container itself",
            "Use host.docker.internal, or the other container's name in a common network."
        ),
        fr: (
            "personne n’écoute sur {host}:{port}, et ceci tourne dans un conteneur, où {host} est le conteneur lui-même",
            "Utilisez host.docker.internal, ou le nom de l’autre conteneur dans un réseau commun."
        ))
    static let filtered = pair(
        "filtered",
        en: (
            "{host}:{port} does not answer at all, which is how a firewall refuses",
            "Open the port on that machine, on Windows: New-NetFirewallRule -LocalPort {port} -Protocol TCP -Action Allow."
        ),
        fr: (
            "{host}:{port} ne répond pas du tout : c’est ainsi qu’un pare-feu refuse",
            "Ouvrez le port sur cette machine, sous Windows : New-NetFirewallRule -LocalPort {port} -Protocol TCP -Action Allow."
        ))
    static let unreachable = pair(
        "unreachable",
        en: ("there is no way to {host}:{port}: {words}", "Check the network, the VPN and the address."),
        fr: ("aucun chemin vers {host}:{port} : {words}", "Vérifiez le réseau, le VPN et l’adresse."))
    static let loopbackOnly = pair(
        "loopback_only",
        en: (
            "port {port} is open to this machine only, as it should be for a worker",
            "Let people in through the gate: listen.addresses: [\"*:443\"] with TLS, or a proxy in front of it."
        ),
        fr: (
            "le port {port} n’est ouvert qu’à cette machine, comme il convient à un worker",
            "Faites entrer les gens par le portail : listen.addresses: [\"*:443\"] avec TLS, ou un proxy devant."
        ))
    static let wslNAT = pair(
        "wsl_nat",
        en: (
            "this is WSL 2, whose network lies behind Windows: others on the network do not reach it",
            "In .wslconfig set networkingMode=mirrored, or in Windows: netsh interface portproxy add v4tov4 listenport={port} "
                + "connectaddress=(wsl hostname -I) connectport={port}."
        ),
        fr: (
            "c’est WSL 2, dont le réseau est derrière Windows : les autres machines ne l’atteignent pas",
            "Dans .wslconfig mettez networkingMode=mirrored, ou sous Windows : netsh interface portproxy add v4tov4 "
                + "listenport={port} connectaddress=(wsl hostname -I) connectport={port}."
        ))
    static let wslFirewall = pair(
        "wsl_firewall",
        en: (
            "this is WSL 2 with Windows' own network (mirrored): Windows' firewall keeps others out",
            "In PowerShell as administrator: New-NetFirewallHyperVRule -Name comfygate -DisplayName ComfyGate -Direction Inbound "
                + "-VMCreatorId '{40E0AC32-46A5-438A-A0B2-2B479E8F2E90}' -Protocol TCP -LocalPorts {port}"
        ),
        fr: (
            "c’est WSL 2 avec le réseau de Windows (mirrored) : le pare-feu de Windows retient les autres machines",
            "Dans PowerShell en administrateur : New-NetFirewallHyperVRule -Name comfygate -DisplayName ComfyGate "
                + "-Direction Inbound -VMCreatorId '{40E0AC32-46A5-438A-A0B2-2B479E8F2E90}' -Protocol TCP -LocalPorts {port}"
        ))
    static let expired = pair(
        "expired",
        en: ("the certificate of {host} has expired", "Renew it; the gate reads a new one on SIGHUP."),
        fr: ("le certificat de {host} a expiré", "Renouvelez-le ; le portail lit le nouveau sur SIGHUP."))
    static let otherName = pair(
        "other_name",
        en: ("the certificate is not for the name {host}", "Use a name it is for, or get one for {host}."),
        fr: (
            "le certificat n’est pas pour le nom {host}", "Utilisez un nom qu’il couvre, ou obtenez-en un pour {host}."
        ))
    static let untrusted = pair(
        "untrusted",
        en: (
            "nobody whom this machine trusts has signed the certificate of {host}: {words}",
            "Serve the whole chain (fullchain.pem), or add your own authority: update-ca-certificates."
        ),
        fr: (
            "personne en qui cette machine a confiance n’a signé le certificat de {host} : {words}",
            "Servez toute la chaîne (fullchain.pem), ou ajoutez votre autorité : update-ca-certificates."
        ))
    static let clockBehind = pair(
        "clock_behind",
        en: (
            "the certificate of {host} is not valid yet by this machine's clock",
            "Set the clock; in WSL after sleep: sudo hwclock -s."
        ),
        fr: (
            "le certificat de {host} n’est pas encore valable selon l’horloge de cette machine",
            "Réglez l’horloge ; sous WSL après une veille : sudo hwclock -s."
        ))
    static let noTLS = pair(
        "no_tls",
        en: (
            "{host} does not speak TLS on this port ({words})",
            "Use http:// in place of https://, or the port with TLS."
        ),
        fr: (
            "{host} ne parle pas TLS sur ce port ({words})",
            "Utilisez http:// au lieu de https://, ou le port avec TLS."
        ))
    static let wantsTLS = pair(
        "wants_tls",
        en: ("the server does not speak plain HTTP on this port", "Use https:// in place of http://."),
        fr: ("le serveur ne parle pas HTTP en clair sur ce port", "Utilisez https:// au lieu de http://."))
    static let closes = pair(
        "closes",
        en: (
            "something takes the connection at {place} and closes it without an answer",
            "What is behind it is not up yet (its log says so), is not meant for HTTP, or wants https://."
        ),
        fr: (
            "quelque chose accepte la connexion à {place} et la ferme sans réponse",
            "Ce qui est derrière n’est pas encore prêt (son journal le dit), n’est pas du HTTP, ou veut https://."
        ))
    static let hangs = pair(
        "hangs",
        en: (
            "something takes the connection at {place} and does not answer in time: it loads, it is busy, or it hangs",
            "Look at its log; where nothing moves in it any more, restart it (docker restart NAME)."
        ),
        fr: (
            "quelque chose accepte la connexion à {place} et ne répond pas à temps : il charge, il est occupé ou il est bloqué",
            "Voyez son journal ; si plus rien n’y bouge, redémarrez-le (docker restart NOM)."
        ))
    static let notHTTP = pair(
        "not_http",
        en: ("what answers there is no web server", "Check the port: docker ps shows who publishes which."),
        fr: ("ce qui y répond n’est pas un serveur web", "Vérifiez le port : docker ps montre qui publie lequel."))
    static let noUpstream = pair(
        "no_upstream",
        en: (
            "{proxy} answers {status}: it does not reach what is behind it",
            "Run this again with the address that it passes on to: --url http://127.0.0.1:8288."
        ),
        fr: (
            "{proxy} répond {status} : il n’atteint pas ce qui est derrière lui",
            "Relancez avec l’adresse vers laquelle il transmet : --url http://127.0.0.1:8288."
        ))
    static let slowUpstream = pair(
        "slow_upstream",
        en: (
            "{proxy} answers {status}: what is behind it is too slow for its time limit",
            "Raise its time limit (nginx: proxy_read_timeout 3600s), and switch buffering off for /ws."
        ),
        fr: (
            "{proxy} répond {status} : ce qui est derrière est trop lent pour son délai",
            "Augmentez son délai (nginx : proxy_read_timeout 3600s), et désactivez la mise en tampon pour /ws."
        ))
    static let bodyLimit = pair(
        "body_limit",
        en: (
            "{proxy} answers {status}: it takes no body of this size",
            "Raise its limit, in nginx client_max_body_size 100m, in IIS maxAllowedContentLength."
        ),
        fr: (
            "{proxy} répond {status} : il n’accepte pas un corps de cette taille",
            "Augmentez sa limite, dans nginx client_max_body_size 100m, dans IIS maxAllowedContentLength."
        ))
    static let uploadLimit = pair(
        "upload_limit",
        en: (
            "a body of {refused} is refused with {status}, and one of {taken} is not: larger pictures never arrive",
            "nginx: client_max_body_size 100m; IIS: maxAllowedContentLength; Caddy: request_body max_size."
        ),
        fr: (
            "un corps de {refused} est refusé avec {status}, un de {taken} ne l’est pas : de plus grandes images n’arrivent jamais",
            "nginx : client_max_body_size 100m ; IIS : maxAllowedContentLength ; Caddy : request_body max_size."
        ))
    static let redirects = pair(
        "redirects",
        en: (
            "{server} answers {status} and sends to {location}: programs do not follow there with a POST",
            "Use that address itself: --url {location}; mostly it is https:// in place of http://."
        ),
        fr: (
            "{server} répond {status} et renvoie à {location} : les programmes n’y suivent pas avec un POST",
            "Utilisez cette adresse elle-même : --url {location} ; le plus souvent https:// au lieu de http://."
        ))
    static let otherLogin = pair(
        "other_login",
        en: (
            "{server} answers {status} and sends to a login of its own, {location}: programs cannot log in there",
            "Let it pass the gate's paths on without that login, for the gate has its own; or give programs a way that it knows, "
                + "such as a service token."
        ),
        fr: (
            "{server} répond {status} et renvoie à sa propre connexion, {location} : les programmes ne peuvent s’y connecter",
            "Faites-lui transmettre les chemins du portail sans cette connexion, car le portail a la sienne ; ou donnez aux "
                + "programmes un moyen qu’il connaît, comme un jeton de service."
        ))
    static let postRefused = pair(
        "post_refused",
        en: (
            "GET gets through, and POST /prompt is answered {status} by {server}: no job can be sent",
            "Look for a rule about methods, paths or bodies there (nginx: limit_except, deny; a firewall for web applications)."
        ),
        fr: (
            "GET passe, et {server} répond {status} à POST /prompt : aucun job ne peut être envoyé",
            "Cherchez-y une règle sur les méthodes, les chemins ou les corps (nginx : limit_except, deny ; un pare-feu applicatif)."
        ))
    static let postFails = pair(
        "post_fails",
        en: (
            "GET gets through, and POST /prompt is answered {status} by {server}: it fails there, or comes too often",
            "The log of {server} says which: an exception of ComfyUI or of one of its nodes, or a limit (nginx: limit_req)."
        ),
        fr: (
            "GET passe, et {server} répond {status} à POST /prompt : il y échoue, ou vient trop souvent",
            "Le journal de {server} dit lequel : une exception de ComfyUI ou d’un de ses nœuds, ou une limite (nginx : limit_req)."
        ))
    static let apiElsewhere = pair(
        "api_elsewhere",
        en: (
            "requests get through, but not below /api/ ({status}): ComfyUI's page sends all of its there, and stays empty",
            "Pass /api/ on to ComfyUI as well; give whatever else is there a path or a name of its own."
        ),
        fr: (
            "les requêtes passent, mais pas sous /api/ ({status}) : la page de ComfyUI y envoie toutes les siennes, et reste vide",
            "Transmettez aussi /api/ à ComfyUI ; donnez à ce qui s’y trouve un chemin ou un nom à lui."
        ))
    static let passesOtherPath = pair(
        "passes_other_path",
        en: (
            "{proxy} passes the request on, and ComfyUI answers {status}: the path that arrives is none that it knows",
            "nginx: with location /comfy/ the address ends with a slash, proxy_pass http://127.0.0.1:8188/; Caddy: handle_path; "
                + "Traefik: stripPrefix."
        ),
        fr: (
            "{proxy} transmet la requête, et ComfyUI répond {status} : le chemin qui arrive n’en est aucun qu’il connaît",
            "nginx : avec location /comfy/, l’adresse finit par une barre, proxy_pass http://127.0.0.1:8188/ ; Caddy : handle_path ; "
                + "Traefik : stripPrefix."
        ))
    static let circle = pair(
        "circle",
        en: (
            "{server} answers {status} and sends to the same address again: a circle",
            "Mostly it sends to https:// what reaches it as plain HTTP, and a proxy in front has ended TLS: let it believe "
                + "X-Forwarded-Proto, or speak https:// to it."
        ),
        fr: (
            "{server} répond {status} et renvoie à la même adresse : un cercle",
            "Le plus souvent, il renvoie vers https:// ce qui lui arrive en HTTP, et un proxy devant lui a terminé TLS : qu’il croie "
                + "X-Forwarded-Proto, ou parlez-lui https://."
        ))
    static let refused = pair(
        "refused",
        en: (
            "{server} answers {status}, which is none of ComfyUI's answers here",
            "Look into the log of {server}: 403 is a rule of it, 429 a limit, 52x says that what is behind it cannot be reached."
        ),
        fr: (
            "{server} répond {status}, ce que ComfyUI ne répond pas ici",
            "Voyez le journal de {server} : 403 est une de ses règles, 429 une limite, 52x dit que l’arrière est injoignable."
        ))
    static let noWebSocket = pair(
        "no_websocket",
        en: (
            "requests get through, and the WebSocket /ws does not open: the page says \"Reconnecting\", and no progress comes",
            "Let the proxy pass Upgrade on. nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
                + "proxy_set_header Connection upgrade. IIS: install and switch on the WebSocket protocol."
        ),
        fr: (
            "les requêtes passent, et le WebSocket /ws ne s’ouvre pas : la page dit « Reconnecting », et aucun avancement n’arrive",
            "Faites transmettre Upgrade par le proxy. nginx : proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
                + "proxy_set_header Connection upgrade. IIS : installez et activez le protocole WebSocket."
        ))
    static let noRoute = pair(
        "no_route",
        en: (
            "{proxy} answers {status} itself: no rule of it leads to ComfyUI at this path",
            "Add the rule for the name and path; docs/operation.md has one for each of four proxies."
        ),
        fr: (
            "{proxy} répond lui-même {status} : aucune de ses règles ne mène à ComfyUI pour ce chemin",
            "Ajoutez la règle pour ce nom et ce chemin ; docs/operation.md en donne une pour quatre proxys."
        ))
    static let origin = pair(
        "origin",
        en: (
            "a request with the origin of this address is answered 403: the server sees another Host than the browser",
            "Let the proxy pass Host on (nginx: proxy_set_header Host $host), or set public_url of the gate."
        ),
        fr: (
            "une requête avec l’origine de cette adresse reçoit 403 : le serveur voit un autre Host que le navigateur",
            "Faites transmettre Host au proxy (nginx : proxy_set_header Host $host), ou définissez public_url du portail."
        ))
    static let misdirected = pair(
        "misdirected",
        en: (
            "the gate answers 421: {host} is none of its names",
            "Add it to public_url in comfygate.yaml, or ask by a name that is there."
        ),
        fr: (
            "le portail répond 421 : {host} n’est aucun de ses noms",
            "Ajoutez-le à public_url dans comfygate.yaml, ou utilisez un nom qui y figure."
        ))
    static let gateWithoutWorker = pair(
        "gate_without_worker",
        en: (
            "the gate is there, and its worker does not answer",
            "Run this again with the worker's address (worker.url of comfygate.yaml): --url http://127.0.0.1:8188."
        ),
        fr: (
            "le portail est là, et son worker ne répond pas",
            "Relancez avec l’adresse du worker (worker.url de comfygate.yaml) : --url http://127.0.0.1:8188."
        ))
    static let brokenWorker = pair(
        "broken_worker",
        en: ("the server answers {status}", "Its log says why: docker logs --tail 50 of its container."),
        fr: ("le serveur répond {status}", "Son journal dit pourquoi : docker logs --tail 50 de son conteneur."))
    static let otherServer = pair(
        "other_server",
        en: (
            "a web server answers there ({status}), and it is no ComfyUI",
            "Check the port: docker ps shows who publishes which."
        ),
        fr: (
            "un serveur web y répond ({status}), et ce n’est pas ComfyUI",
            "Vérifiez le port : docker ps montre qui publie lequel."
        ))
    static let otherPath = pair(
        "other_path",
        en: (
            "a web server answers there ({status}), and it is no ComfyUI at this path",
            "Leave the path away: --url {root}."
        ),
        fr: (
            "un serveur web y répond ({status}), et ce n’est pas ComfyUI à ce chemin",
            "Retirez le chemin : --url {root}."
        ))
    static let otherBehind = pair(
        "other_behind",
        en: (
            "{proxy} is there, and what answers behind it ({status}) is no ComfyUI",
            "Look at where its rule for this name and path leads, and ask there: --url http://127.0.0.1:PORT."
        ),
        fr: (
            "{proxy} est là, et ce qui répond derrière ({status}) n’est pas ComfyUI",
            "Voyez où mène sa règle pour ce nom et ce chemin, et demandez-y : --url http://127.0.0.1:PORT."
        ))
    static let skew = pair(
        "skew",
        en: (
            "this machine's clock is {seconds} s ahead of the server's: sessions and tokens end at the wrong time",
            "Set the clock; in WSL after sleep: sudo hwclock -s."
        ),
        fr: (
            "l’horloge de cette machine avance de {seconds} s sur celle du serveur : sessions et jetons expirent au mauvais moment",
            "Réglez l’horloge ; sous WSL après une veille : sudo hwclock -s."
        ))

    static let gateWantsToken = pair(
        "gate_wants_token",
        en: (
            "the gate is well and wants a login",
            "Make a token (comfygate token create NAME) and try again: --token-stdin < FILE."
        ),
        fr: (
            "le portail va bien et demande une connexion",
            "Créez un jeton (comfygate token create NOM) et réessayez : --token-stdin < FICHIER."
        ))
    static let gateRefuses = pair(
        "gate_refuses",
        en: (
            "the gate refuses the token: it is revoked, expired, or of another gate",
            "comfygate token list shows those there are; comfygate token create makes a new one."
        ),
        fr: (
            "le portail refuse le jeton : révoqué, expiré, ou d’un autre portail",
            "comfygate token list montre ceux qui existent ; comfygate token create en fait un nouveau."
        ))
    static let basicLogin = pair(
        "basic_login",
        en: (
            "{server} wants a name and a password of its own (Basic), in the field in which ComfyUI's clients send their token",
            "Let the gate ask in its place, and only then take it away (nginx: auth_basic off): two cannot share one field, and an "
                + "open ComfyUI needs one of them."
        ),
        fr: (
            "{server} veut un nom et un mot de passe à lui (Basic), dans le champ où les clients de ComfyUI envoient leur jeton",
            "Laissez le portail demander à sa place, et alors seulement retirez-la (nginx : auth_basic off) : deux ne peuvent "
                + "partager un champ, et un ComfyUI ouvert a besoin de l’une."
        ))
    static let dropsAuthorization = pair(
        "drops_authorization",
        en: (
            "{proxy} does not pass the Authorization field on: a broken one, which ComfyUI-Login answers with 500, is answered like none",
            "Take away what removes it (nginx: proxy_set_header Authorization \"\"; Caddy: header_up -Authorization)."
        ),
        fr: (
            "{proxy} ne transmet pas le champ Authorization : un champ faux, auquel ComfyUI-Login répond 500, reçoit la même réponse "
                + "qu’aucun",
            "Retirez ce qui l’enlève (nginx : proxy_set_header Authorization \"\" ; Caddy : header_up -Authorization)."
        ))
    static let tokenRefused = pair(
        "token_refused",
        en: (
            "{server} refuses this token with {status}: it is of another worker, or the worker has read another one at its start",
            "Compare it with the one in the worker (ComfyUI-Login: the first line of login/PASSWORD) and restart the worker. "
                + "With --root its project's folder, the places of the token are compared."
        ),
        fr: (
            "{server} refuse ce jeton par {status} : il est d’un autre worker, ou le worker en a lu un autre au démarrage",
            "Comparez-le à celui du worker (ComfyUI-Login : première ligne de login/PASSWORD) et redémarrez le worker. Avec --root "
                + "et le dossier de son projet, les emplacements du jeton sont comparés."
        ))
    static let otherPlace = pair(
        "other_place",
        en: (
            "this token is refused, and the one in {right} is taken: they have drifted apart",
            "comfygate secrets sync makes all equal."
        ),
        fr: (
            "ce jeton est refusé, et celui de {right} est accepté : ils ont divergé",
            "comfygate secrets sync les rend tous égaux."
        ))
    static let restartNeeded = pair(
        "restart_needed",
        en: (
            "even the hash in {place} is refused, which is the plug-in's own: it read the file when it started, and it was changed since",
            "Restart the worker's container: docker restart NAME."
        ),
        fr: (
            "même l’empreinte de {place}, celle du greffon, est refusée : il a lu le fichier au démarrage, et il a changé depuis",
            "Redémarrez le conteneur du worker : docker restart NOM."
        ))
    static let allRefused = pair(
        "all_refused",
        en: (
            "every credential in these files is refused: {places}",
            "The worker may make a new hash at each start: look at login/PASSWORD in its container, then comfygate secrets unify."
        ),
        fr: (
            "chaque secret de ces fichiers est refusé : {places}",
            "Le worker crée peut-être une nouvelle empreinte à chaque démarrage : voyez login/PASSWORD dans son conteneur, puis "
                + "comfygate secrets unify."
        ))
    static let noneFound = pair(
        "none_found",
        en: (
            "a login is wanted, and no credential was given or found",
            "Give one: --token-stdin < FILE, or name the project's folder with --root."
        ),
        fr: (
            "une connexion est demandée, et aucun secret n’a été donné ni trouvé",
            "Donnez-en un : --token-stdin < FICHIER, ou indiquez le dossier du projet par --root."
        ))
    static let placeholder = pair(
        "placeholder",
        en: ("{place} holds nothing, or a text from an example", "Write the real value: {right}."),
        fr: ("{place} est vide ou contient un texte d’exemple", "Écrivez la vraie valeur : {right}."))
    static let bearerTwice = pair(
        "bearer_twice",
        en: (
            "{place} begins with \"Bearer\", which the request says already: it is sent twice",
            "Leave that word away; the token alone belongs there."
        ),
        fr: (
            "{place} commence par « Bearer », que la requête dit déjà : il est envoyé deux fois",
            "Retirez ce mot ; seul le jeton a sa place ici."
        ))
    static let wrapped = pair(
        "wrapped",
        en: (
            "{place} holds a hash with quotes, spaces or line ends around it, which are sent with it",
            "Take them away, or let comfygate secrets sync write it."
        ),
        fr: (
            "{place} contient une empreinte entourée de guillemets, d’espaces ou de fins de ligne, envoyés avec elle",
            "Retirez-les, ou laissez comfygate secrets sync l’écrire."
        ))
    static let eatenByCompose = pair(
        "eaten_by_compose",
        en: (
            "of the hash in {place} Compose leaves only a part: it takes a $ and the letters behind it for a variable",
            "Write the hash in single quotes in .env, then docker compose up -d --force-recreate."
        ),
        fr: (
            "de l’empreinte de {place}, Compose ne laisse qu’une partie : il prend un $ et les lettres qui suivent pour une variable",
            "Écrivez l’empreinte entre apostrophes dans .env, puis docker compose up -d --force-recreate."
        ))
    static let eatenByShell = pair(
        "eaten_by_shell",
        en: (
            "{place} holds what a shell leaves of a hash: it took $2 and $1 for its arguments",
            "Write the hash in single quotes."
        ),
        fr: (
            "{place} contient ce qu’un shell laisse d’une empreinte : il a pris $2 et $1 pour ses arguments",
            "Écrivez l’empreinte entre apostrophes."
        ))
    static let brokenHash = pair(
        "broken_hash",
        en: (
            "{place} holds something that begins like a bcrypt hash and is none: too long, too short, or made up",
            "comfygate secrets unify makes a right one."
        ),
        fr: (
            "{place} contient quelque chose qui commence comme une empreinte bcrypt et n’en est pas une : trop long, trop court ou inventé",
            "comfygate secrets unify en fait une juste."
        ))
    static let passwordSent = pair(
        "password_sent",
        en: (
            "{place} holds no bcrypt hash; ComfyUI-Login wants the hash of the password as the token, and not the password",
            "Send the hash that stands in the worker's login/PASSWORD: {right}."
        ),
        fr: (
            "{place} ne contient pas d’empreinte bcrypt ; ComfyUI-Login veut celle du mot de passe comme jeton, pas le mot de passe",
            "Envoyez l’empreinte qui se trouve dans login/PASSWORD du worker : {right}."
        ))

    static let requestNotJSON = pair(
        "request_not_json",
        en: ("it is no JSON object", "Send the body as JSON: {\"prompt\": ..., \"client_id\": \"...\"}."),
        fr: ("ce n’est pas un objet JSON", "Envoyez le corps en JSON : {\"prompt\": ..., \"client_id\": \"...\"}."))
    static let requestOfTheUI = pair(
        "request_of_the_ui",
        en: (
            "it is a workflow as the editor saves it, which POST /prompt does not take",
            "comfygate workflow convert {file} makes the other form; in the editor it is Export (API)."
        ),
        fr: (
            "c’est un workflow tel que l’éditeur l’enregistre, que POST /prompt n’accepte pas",
            "comfygate workflow convert {file} en donne l’autre forme ; dans l’éditeur, c’est Export (API)."
        ))
    static let requestNotWrapped = pair(
        "request_not_wrapped",
        en: ("it is the graph itself, without the body around it", "Send it below the member \"prompt\"."),
        fr: ("c’est le graphe lui-même, sans le corps autour", "Envoyez-le sous le membre « prompt »."))
    static let requestWithoutPrompt = pair(
        "request_without_prompt",
        en: ("it has no member \"prompt\"", "Put the graph there: {\"prompt\": ...}."),
        fr: ("il n’a pas de membre « prompt »", "Mettez-y le graphe : {\"prompt\": ...}."))
    static let requestWithoutGraph = pair(
        "request_without_graph",
        en: (
            "its \"prompt\" is no graph: nodes by their ids, each with a class_type",
            "Compare it with what the editor exports by Export (API)."
        ),
        fr: (
            "son « prompt » n’est pas un graphe : des nœuds par identifiant, chacun avec un class_type",
            "Comparez-le à ce que l’éditeur exporte par Export (API)."
        ))
    static let requestClientID = pair(
        "request_client_id",
        en: (
            "its client_id is {value}: the job runs, and its events go to nobody, or the server answers 400",
            "Send the text with which the event socket was opened (/ws?clientId=...), or leave the member away."
        ),
        fr: (
            "son client_id est {value} : le job tourne et ses événements ne vont à personne, ou le serveur répond 400",
            "Envoyez le texte avec lequel le socket d’événements a été ouvert (/ws?clientId=...), ou retirez ce membre."
        ))

    private static let pairs = [
        requestNotJSON, requestOfTheUI, requestNotWrapped, requestWithoutPrompt, requestWithoutGraph, requestClientID,
        unknownName, containerName, stopped, dies, installing, loading, listensInside, otherInside, wrongPort, nobody,
        insideContainer, filtered, unreachable, loopbackOnly, wslNAT, wslFirewall, expired, otherName, untrusted,
        clockBehind, noTLS,
        wantsTLS, closes, notHTTP, noUpstream, slowUpstream, bodyLimit, uploadLimit, redirects, refused, noWebSocket,
        noRoute, origin,
        misdirected,
        gateWithoutWorker,
        brokenWorker, otherServer, skew, gateWantsToken, gateRefuses, otherPlace, restartNeeded, allRefused, noneFound,
        hangs, otherLogin, postRefused, postFails, apiElsewhere, passesOtherPath, circle, bearerTwice, otherPath,
        otherBehind, basicLogin, dropsAuthorization, tokenRefused,
        placeholder, wrapped, eatenByCompose, eatenByShell, brokenHash, passwordSent,
    ]
    public static var all: [Message] { pairs.flatMap { [$0.evidence, $0.remedy] } }
}

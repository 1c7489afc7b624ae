internal import Basics
internal import Store
internal import Wire

/// A token just made, shown this once, ready to be pasted. The answer to the form itself, never a page of its own.
struct TokenMadePage: WebPage {
    let label: String
    let secret: Secret
    let kind: Token.Kind
    let scopes: Scopes
    let expires: Timestamp?
    /// Where scripts find the gate: a `public_url` with the base path.
    let gate: HTTPURL

    func title(_ say: PageContext) -> String { say(TokenWords.madeTitle) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        let text = secret.reveal()
        Tag.p(.class("notice warn")) { say(TokenWords.once) }
        say.copyable(text, label: say(TokenWords.secret))
        Tag.p(.class("hint")) { say(TokenWords.clickSelects) }
        say.facts([
            (say(TokenWords.label), .typed(label)), (say(TokenWords.scopes), .text(say.scopes(scopes))),
            (say(TokenWords.end), expires.map { say.moment($0) } ?? .text(say(TimeWords.noEnd))),
        ])
        if kind == .likeLogin { Tag.p { say(TokenWords.oldStyle) } }
        let snippets = TokenSnippets(token: secret, gate: gate, generates: scopes.contains(.generate))
        snippet(say, TokenWords.python, snippets.python)
        snippet(say, TokenWords.requests, snippets.requests)
        snippet(say, TokenWords.curl, snippets.curl)
        Tag.p { Tag.a(.class("button"), .href(say.link(.account))) { say(TokenWords.back) } }
    }

    private func snippet(_ say: PageContext, _ title: Message, _ code: String) -> HTML {
        Tag.section {
            Tag.h2 { say(title) }
            say.copyable(code, label: say(title))
        }
    }
}

/// Code that uses a token at once.
struct TokenSnippets: Sendable {
    let token: Secret
    let gate: HTTPURL
    /// Else it only looks at the queue.
    let generates: Bool

    private var root: String {
        let text = gate.description
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// The standard library alone.
    var python: String {
        """
        import json, urllib.request

        COMFY = \(Self.pythonText(root))
        TOKEN = \(Self.pythonText(token.reveal()))

        def comfy(path, body=None):
            request = urllib.request.Request(COMFY + path, headers={"Authorization": "Bearer " + TOKEN})
            if body is not None:
                request.data = json.dumps(body).encode()
                request.add_header("Content-Type", "application/json")
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)

        \(ending)
        """
    }

    var requests: String {
        """
        import json, requests

        COMFY = \(Self.pythonText(root))
        session = requests.Session()
        session.headers["Authorization"] = "Bearer " + \(Self.pythonText(token.reveal()))

        def comfy(path, body=None):
            answer = session.request("GET" if body is None else "POST", COMFY + path, json=body, timeout=30)
            answer.raise_for_status()
            return answer.json()

        \(ending)
        """
    }

    private var ending: String {
        guard generates else { return #"print(comfy("/api/queue"))"# }
        return """
            # In ComfyUI: Workflow, Export (API).
            workflow = json.load(open("workflow_api.json"))
            job = comfy("/api/prompt", {"prompt": workflow})
            print(job["prompt_id"])
            """
    }

    var curl: String {
        "curl -H \(Self.shellText("Authorization: Bearer " + token.reveal())) \(Self.shellText(root + "/api/queue"))"
    }

    /// A Python literal for any text.
    static func pythonText(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case " "..."~": out.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                out += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return out + "\""
    }

    /// One word for a POSIX shell: bcrypt's `$` is a variable to it otherwise.
    static func shellText(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

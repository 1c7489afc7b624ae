internal import Basics
internal import HTTP
internal import Wire

/// The gate's own pages with the fields they are sent with.
struct GatePages: Sendable {
    struct Page: Sendable {
        let fields: Fields
        let body: [UInt8]
    }

    private let settings: GateSettings

    init(_ settings: GateSettings) { self.settings = settings }

    func login(next: String?, isWrong: Bool, name: String?, language: String?) -> Page {
        var hidden = ""
        if let next { hidden = "<input type=\"hidden\" name=\"next\" value=\"\(Self.escaped(next))\">" }
        let fault = isWrong ? "<p role=\"alert\">The name or the password is wrong.</p>" : ""
        return page(
            "Log in",
            """
            \(fault)<form method="post" action="\(settings.path("login"))">\(hidden)
            <p><label for="username">User name</label><br><input id="username" name="username" autocomplete="username" required autofocus></p>
            <p><label for="password">Password</label><br>
            <input id="password" name="password" type="password" autocomplete="current-password" required></p>
            <p><button>Log in</button></p></form>
            <p>For now everybody who may generate shares one ComfyUI: its queue, history and files are seen by all of them.</p>
            """)
    }

    func error(_ status: Status, _ message: String) -> Page {
        let refresh = status == .serviceUnavailable || status == .badGateway || status == .gatewayTimeout
        return page(status.reason, "<p>\(Self.escaped(message))</p>", refreshes: refresh)
    }

    /// A file the pages need.
    func asset(_ name: String) -> Page? { nil }

    private func page(_ title: String, _ body: String, refreshes: Bool = false) -> Page {
        let refresh = refreshes ? "<meta http-equiv=\"refresh\" content=\"5\">" : ""
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            \(refresh)<title>\(title) – ComfyGate</title></head><body><main><h1>\(title)</h1>
            \(body)
            </main></body></html>

            """
        return Page(
            fields: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Referrer-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy":
                    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
                    + "frame-ancestors 'none'",
            ], body: Array(html.utf8))
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}

internal import Basics
internal import Wire

/// The two files our pages load; built in, so that they are there when nothing else is.
struct WebFile: Sendable {
    let path: WebPath
    let mediaType: String
    let bytes: [UInt8]
    /// Changes with the content.
    let version: String

    private init(_ path: WebPath, _ mediaType: String, _ text: String) {
        (self.path, self.mediaType, bytes) = (path, mediaType, Array(text.utf8))
        version = String(Hex.encode(Digest.sha256(bytes)).prefix(12))
    }

    static let style = WebFile(.style, "text/css; charset=utf-8", StyleSheet.text)
    static let logo = WebFile(.logo, "image/svg+xml", Logo.text)

    init?(_ path: WebPath) {
        switch path {
        case .style: self = .style
        case .logo: self = .logo
        default: return nil
        }
    }

    /// The version in the address lets browsers keep the file for ever.
    func link(_ context: PageContext) -> Link {
        Link(path: context.basePath + path.segments(on: context.surface), query: Query([("v", version)]))
    }

    var fields: Fields {
        [
            "Content-Type": mediaType, "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
            // A picture opened by itself is a document: it may load and run nothing.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ]
    }
}

/// The fields every page of ours is sent with.
enum PageFields {
    /// `default-src 'none'` leaves scripts, frames, fonts, media and connections no source. Styles and pictures come from
    /// our own routes. `form-action` keeps a form that somebody managed to change from sending a password elsewhere;
    /// `base-uri` keeps links and forms where they are; `frame-ancestors` stops clickjacking, by the editor too.
    /// No `sandbox`: it would stop `<meta http-equiv=refresh>` and `autofocus`.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'"

    /// - `Referrer-Policy: same-origin`: `no-referrer` would turn a form's Origin into `null` (Fetch, "origin header").
    /// - `Cross-Origin-Opener-Policy`: a window opened by the editor, or by anybody, has no hold on the page.
    static let all: Fields = [
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "Content-Security-Policy": contentSecurityPolicy, "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin", "Vary": "Accept-Language",
    ]
}

internal import Basics
internal import HTTP
internal import Identity
internal import Wire

/// One request at the console, after it is known who asks.
struct ConsoleVisit {
    let exchange: Exchange
    /// The client's own address in text form, `local` at the Unix socket.
    let address: String
    let isSecure: Bool
    /// Nil at the Unix socket, which has no name.
    let host: Authority?
    let principal: Principal?

    var request: Request { exchange.request }
    var segments: ArraySlice<RequestTarget.Segment> {
        let segments = request.target.segments
        return segments.count == 1 && segments[0].text.isEmpty ? [] : segments[...]
    }
    /// Decoded words of the path; nil when one of them holds an encoded slash.
    var words: [String]? { segments.contains(where: \.hasEncodedSlash) ? nil : segments.map(\.text) }

    /// A person with a browser, who gets pages and not JSON.
    var wantsPage: Bool { AcceptHeaders.namesHTML(request.fields["Accept"]) }

    /// The media type of the body in lower case, without parameters.
    var contentType: String {
        let text = request.fields["Content-Type"] ?? ""
        return String(text.prefix { $0 != ";" && $0 != " " }).lowercased()
    }
}

/// Permessage-deflate as two ends agreed on it (RFC 7692, section 7.1), always without context takeover.
///
/// A deflate state kept for each connection would hold 90 KB; so each message stands alone, and a loop has one codec.
public struct WebSocketDeflate: Sendable, Hashable {
    static let name = "permessage-deflate"

    /// The window, as a power of two of bytes, which the other end wants its incoming messages to keep within.
    public let outgoingWindowBits: Int

    /// A server's answer to the first offer it can satisfy; nil when there is none.
    ///
    /// The client's window does not matter, because the codec inflates with the largest.
    static func accept(_ offers: [WebSocketExtension]) -> WebSocketDeflate? {
        for offer in offers where isNamed(offer) {
            if let deflate = WebSocketDeflate(offer.parameters, fromServer: false) { return deflate }
        }
        return nil
    }

    /// A server's answer for the head.
    var answer: String {
        let window = outgoingWindowBits < 15 ? "; server_max_window_bits=\(outgoingWindowBits)" : ""
        return "\(Self.name); server_no_context_takeover; client_no_context_takeover\(window)"
    }

    /// What a client offers; by the last parameter the server may narrow our window.
    static let offer = "\(name); server_no_context_takeover; client_no_context_takeover; client_max_window_bits"

    /// A client's reading of the answer to `offer`; nil when the server wants what was not offered.
    static func confirm(_ answer: WebSocketExtension) -> WebSocketDeflate? {
        guard isNamed(answer) else { return nil }
        // Without it the server's messages would lean on earlier ones, which are forgotten here.
        guard answer.parameters.contains(where: { $0.name.lowercased() == "server_no_context_takeover" }) else {
            return nil
        }
        return WebSocketDeflate(answer.parameters, fromServer: true)
    }

    private static func isNamed(_ element: WebSocketExtension) -> Bool { element.name.lowercased() == name }

    /// Nil for a parameter that is unknown, repeated or has a value it may not have: then the offer must be declined,
    /// the answer refused (section 7).
    private init?(_ parameters: [WebSocketExtension.Parameter], fromServer: Bool) {
        var seen: Set<String> = []
        var window = 15
        for parameter in parameters {
            let name = parameter.name.lowercased()
            guard seen.insert(name).inserted else { return nil }
            switch name {
            case "server_no_context_takeover", "client_no_context_takeover":
                guard parameter.value == nil else { return nil }
            case "server_max_window_bits":
                guard let bits = Self.windowBits(parameter.value) else { return nil }
                // An answer tells of the server's own window, which our inflating covers whatever it is.
                if !fromServer { window = bits }
            case "client_max_window_bits":
                // An offer may leave the number to the server.
                if !fromServer, parameter.value == nil { continue }
                guard let bits = Self.windowBits(parameter.value) else { return nil }
                if fromServer { window = bits }
            default: return nil
            }
        }
        outgoingWindowBits = window
    }

    /// 8 to 15 in decimal without leading zeros.
    private static func windowBits(_ text: String?) -> Int? {
        guard let text, let bits = Int(text), (8...15).contains(bits), String(bits) == text else { return nil }
        return bits
    }
}

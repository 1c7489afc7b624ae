internal import Basics
internal import Loop
internal import Wire

/// What an answer's head says about the connection afterwards.
enum Persistence {
    /// It stays, as usual with HTTP/1.1.
    case usual
    /// It stays, which a client of HTTP/1.0 has to be told.
    case announced
    case close

    func write(to out: inout [UInt8]) {
        switch self {
        case .usual: break
        case .announced: out.append(text: "Connection: keep-alive\r\n")
        case .close: out.append(text: "Connection: close\r\n")
        }
    }
}

extension ServerConnection {
    /// Puts a response head into the loop's write buffer.
    ///
    /// Fields that say how the message is framed or what becomes of the connection are ours alone; a handler's are left out.
    func writeHead(_ status: Status, _ fields: Fields, framing: BodyFraming?, persistence: Persistence) {
        var fields = fields
        var hasDate = false
        for pair in fields.pairs {
            switch pair.name.lowercased() {
            case "date": hasDate = true
            case "content-length", "transfer-encoding", "keep-alive": fields.remove(pair.name)
            case "connection" where status != .switchingProtocols: fields.remove(pair.name)
            default: break
            }
        }
        reactor.writeBuffer.append(contentsOf: "HTTP/1.1 \(status)\r\n".utf8)
        if !hasDate { reactor.writeBuffer.append(contentsOf: "Date: \(server.currentDate)\r\n".utf8) }
        fields.write(to: &reactor.writeBuffer)
        switch framing {
        case .length(let count): reactor.writeBuffer.append(contentsOf: "Content-Length: \(count)\r\n".utf8)
        case .chunked: reactor.writeBuffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .none?: reactor.writeBuffer.append(contentsOf: "Content-Length: 0\r\n".utf8)
        case nil, .untilClose: break
        }
        if status != .switchingProtocols { persistence.write(to: &reactor.writeBuffer) }
        reactor.writeBuffer.append(contentsOf: [0x0D, 0x0A])
    }

}

extension RequestHead {
    /// Why a well-formed head is no request to an origin server: RFC 9112 sections 3.2 and 3.2.2 to 3.2.4.
    func misuse(_ bytes: Span<UInt8>) -> (Status, String)? {
        if bytes.equals(method, "CONNECT") || bytes.equals(method, "TRACE") {
            return (.notImplemented, "This method is not spoken here.")
        }
        guard let host = value(.host) else {
            // HTTP/1.0 without a Host: only the origin form says nothing about it.
            return bytes[target.start] == UInt8(ascii: "/") ? nil : (.badRequest, "The Host field is missing.")
        }
        guard Self.isHostText(bytes, host) else { return (.badRequest, "The Host field does not name a host.") }
        switch bytes[target.start] {
        case UInt8(ascii: "/"): return nil
        case UInt8(ascii: "*") where target.count == 1:
            return bytes.equals(method, "OPTIONS") ? nil : (.badRequest, "Only OPTIONS has the target *.")
        default: return absoluteMisuse(bytes, host)
        }
    }

    private func absoluteMisuse(_ bytes: Span<UInt8>, _ host: ByteRange) -> (Status, String)? {
        let form: RequestTarget.Form
        do throws(RequestTarget.Failure) {
            form = try RequestTarget(parsing: bytes.extracting(target.start..<target.end)).form
        } catch {
            return (error.status, error.message)
        }
        guard case .absolute(let isSecure, let authority) = form else {
            return (.badRequest, "The request target has no path.")
        }
        // Two readers would each believe another one of the two.
        guard let named = Authority(parsing: bytes.extracting(host.start..<host.end)),
            named.isSame(as: authority, secure: isSecure)
        else { return (.badRequest, "The request target and the Host field name different hosts.") }
        return nil
    }

    /// Letters, digits and what else stands in names, addresses and ports; the application compares the whole.
    private static func isHostText(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        guard !range.isEmpty, range.count <= 262 else { return false }
        for index in range.start..<range.end {
            switch bytes[index] {
            case 0x30...0x3A, 0x41...0x5B, 0x5D, 0x5F, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default: return false
            }
        }
        return true
    }

    /// The request asks for a WebSocket; every other upgrade is ignored, as a server may (RFC 9110 section 7.8).
    ///
    /// A tunnel for a protocol we do not know, such as h2c, would carry requests past every rule.
    func asksForWebSocket(_ bytes: Span<UInt8>) -> Bool {
        guard wantsUpgrade, framing == .none, bytes.equals(method, "GET"), count(of: .upgrade) == 1,
            let upgrade = value(.upgrade)
        else { return false }
        return bytes.equalsIgnoringCase(upgrade, "websocket")
    }
}

extension RequestTarget.Failure {
    var status: Status {
        switch self {
        case .pathTooLong, .tooManySegments, .query(.tooLong), .query(.tooManyPairs): .uriTooLong
        default: .badRequest
        }
    }

    var message: String { "The request target is not allowed: \(self)." }
}

package import Wire

/// What the fuzzers call and the tests replay; a broken property traps.
package enum FuzzTargets {
    /// Those of `Wire`, each with the name of its corpus.
    package static let wire: [(name: String, run: @Sendable ([UInt8]) -> Void)] = [
        ("head", head), ("chunk", chunk), ("target", target), ("cookie", cookie), ("multipart", multipart),
        ("range", range), ("websocket", webSocket), ("sse", events),
    ]

    /// Request targets, queries, forms, hosts, origins, URLs, addresses.
    @Sendable package static func target(_ bytes: [UInt8]) {
        if let target = try? RequestTarget(parsing: bytes.span) {
            check(target)
            precondition(bytes.count > 8_192 + 16_384 + 512 || target.segments.count <= 64)
        }
        if let query = try? Query(parsing: bytes.span) { check(query) }
        _ = try? FormURLEncoded(parsing: bytes.span)
        let text = String(decoding: bytes, as: UTF8.self)
        if let authority = Authority(text) { precondition(Authority(authority.description) == authority) }
        if let origin = Origin(text) { precondition(Origin(origin.description) == origin) }
        if let url = HTTPURL(text) {
            guard let again = HTTPURL(url.description) else { preconditionFailure(url.description) }
            precondition(again.description == url.description && again.origin == url.origin)
        }
        if let address = IPAddress(text) {
            precondition(IPAddress(address.description) == address && IPAddress(octets: address.octets) == address)
            _ = address.category
        }
        if let network = IPNetwork(text) {
            precondition(IPNetwork(network.description) == network && network.contains(network.address))
        }
    }

    private static func check(_ target: RequestTarget) {
        for segment in target.segments {
            precondition(segment.text != "." && segment.text != "..")
            precondition(!segment.text.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x5C })
            precondition(segment.hasEncodedSlash == segment.text.utf8.contains(UInt8(ascii: "/")))
            precondition(segment.hasPercent == segment.text.utf8.contains(UInt8(ascii: "%")))
        }
        check(target.query)
        switch target.form {
        case .origin, .absolute: break
        case .authority, .asterisk: return
        }
        // Escapes may lengthen a path past the limit.
        let limits = RequestTarget.Limits(pathBytes: .max, query: Query.Limits(bytes: .max))
        guard let again = try? RequestTarget(target.encoded, limits: limits) else {
            preconditionFailure(target.encoded)
        }
        precondition(again.segments == target.segments && again.encoded == target.encoded)
        precondition(again.query.pairs.map(\.name) == target.query.pairs.map(\.name))
    }

    private static func check(_ query: Query) {
        for text in [query.raw, query.encoded] {
            guard let again = try? Query(text, limits: Query.Limits(bytes: .max)) else { preconditionFailure(text) }
            precondition(again.pairs.map(\.name) == query.pairs.map(\.name))
            precondition(again.pairs.map(\.value) == query.pairs.map(\.value))
        }
        let rest = query.removing(["token"])
        precondition(rest["token"] == nil && rest.pairs.count == query.pairs.count - query.all("token").count)
        precondition((try? Query(rest.raw))?.pairs.map(\.value) == rest.pairs.map(\.value))
    }

    /// Cookie headers; the same bytes cut at the first `=` are written as Set-Cookie.
    @Sendable package static func cookie(_ bytes: [UInt8]) {
        let cookies = Cookies(String(decoding: bytes, as: UTF8.self))
        for pair in cookies.pairs.prefix(8) {
            precondition(cookies.all(pair.name).contains(pair.value) && cookies[pair.name] != nil)
            let rest = Cookies(cookies.removing([pair.name]))
            precondition(rest[pair.name] == nil)
            precondition(rest.pairs.count == cookies.pairs.count - cookies.all(pair.name).count)
        }
        _ = Cookies.all("a", in: bytes.span)
        let parts = bytes.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let (name, value) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
        if let header = try? SetCookie(name, value, isSecure: true, maximumAge: 1).serialized() {
            precondition(header.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            precondition(header.utf8.filter { $0 == UInt8(ascii: ";") }.count == 5)
            precondition(Cookies("\(name)=\(value)")[name] == value)
        }
    }

    /// Form bodies with the boundary `b`: whole, byte by byte, and in slices of the first byte's length.
    @Sendable package static func multipart(_ bytes: [UInt8]) {
        let body = Array(bytes.dropFirst())
        let whole = parts(of: body, slice: max(1, body.count))
        precondition(parts(of: body, slice: 1) == whole)
        precondition(parts(of: body, slice: max(1, Int(bytes.first ?? 1))) == whole)
    }

    /// The actions with adjacent bytes joined, or the failure.
    package static func parts(
        of body: [UInt8], slice: Int, boundary: String = "b"
    ) -> Result<[MultipartReader.Action], MultipartReader.Failure> {
        do throws(MultipartReader.Failure) {
            var reader = try MultipartReader(
                boundary: boundary, limits: MultipartReader.Limits(parts: 4, headerBytes: 128))
            var actions: [MultipartReader.Action] = []
            var start = 0
            while start < body.count {
                let end = min(body.count, start + slice)
                for action in try reader.feed(body.span.extracting(start..<end)) {
                    if case .bytes(let more) = action, case .bytes(let held)? = actions.last {
                        actions[actions.count - 1] = .bytes(held + more)
                    } else {
                        actions.append(action)
                    }
                }
                start = end
            }
            try reader.finish()
            return .success(actions)
        } catch {
            return .failure(error)
        }
    }

    /// Each line as every small header value; the whole as the beginning of a file and as a PROXY header.
    @Sendable package static func range(_ bytes: [UInt8]) {
        _ = InlineMedia(sniffing: bytes.span, isComplete: true)
        _ = InlineMedia(sniffing: bytes.span, isComplete: false)
        var reader = ProxyProtocolReader()
        if let (taken, header) = try? reader.feed(bytes.span) {
            precondition(taken == bytes.count || header != nil)
        }
        let lines = bytes.split(separator: 0x0A, maxSplits: 8, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        for (index, line) in lines.enumerated() { check(line, with: lines[(index + 1) % lines.count]) }
    }

    private static func check(_ line: String, with other: String) {
        for size in [0, 1, 1_000, Int64.max] {
            if case .part(let offset, let length) = RangeRequest.evaluate(range: line, size: size) {
                precondition(offset >= 0 && length > 0 && length <= size - offset)
            }
        }
        if let date = HTTPDate.parse(line) {
            precondition(HTTPDate.parse(HTTPDate.format(date)) == date)
            _ = RangeRequest.evaluate(range: other, ifRange: line, size: 10, modified: date)
        }
        let tag = EntityTag(parsing: line)
        if let tag { precondition(EntityTag(parsing: tag.description) == tag) }
        _ = Preconditions(ifMatch: line, ifNoneMatch: other, ifModifiedSince: other, ifUnmodifiedSince: line)
            .evaluate(exists: true, tag: tag, modified: nil, isRead: true)
        _ = MediaType(line)?["boundary"]
        _ = AcceptHeaders.namesHTML(line)
        _ = AcceptHeaders.allowsGzip(line)
        _ = AcceptHeaders.language(line, offered: ["en", "fr"])
        let header = ContentDisposition.header(.attachment, fileName: line)
        precondition(header.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        precondition(header.utf8.filter { $0 == UInt8(ascii: "\"") }.count == 2)
        let client = ForwardingPolicy(trustsLocalSockets: true)
            .client(peer: nil, isSecure: false, forwardedFor: [line], forwardedHost: [other])
        if let address = client.address { precondition(IPAddress(address.description) == address) }
    }
}

internal import Basics

/// The kinds of answers aiohttp gives.
extension SimulatedResponse {
    static func json(_ value: JSON, status: Int = 200, emitsNaN: Bool = true) -> SimulatedResponse {
        SimulatedResponse(
            status, headers: [("Content-Type", "application/json; charset=utf-8")],
            body: PythonJSON.encode(value, emitsNaN: emitsNaN))
    }

    static func text(_ text: String, status: Int) -> SimulatedResponse {
        SimulatedResponse(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    static func empty(_ status: Int = 200) -> SimulatedResponse { SimulatedResponse(status) }

    /// What an uncaught error gives.
    static var serverError: SimulatedResponse {
        var response = text("500 Internal Server Error\n\nServer got itself in trouble", status: 500)
        response.headers.append(("Connection", "close"))
        response.delivery = .sendAndClose
        return response
    }

    /// Where the static route finds no file.
    static var notFound: SimulatedResponse {
        SimulatedResponse(404, headers: [("Content-Type", "application/octet-stream")])
    }

    static func methodNotAllowed(_ methods: Set<String>) -> SimulatedResponse {
        var response = text("405: Method Not Allowed", status: 405)
        response.headers.append(("Allow", methods.union(["GET", "HEAD"]).sorted().joined(separator: ",")))
        return response
    }

    /// A stored file with its validators; answers `Range` and conditional requests (RFC 9110, sections 13 and 14).
    static func file(
        _ file: StoredFile, type: String, request: SimulatedRequest, headers: [(name: String, value: String)] = []
    ) -> SimulatedResponse {
        let tag = "\"\(String(file.modified, radix: 16))-\(String(file.bytes.count, radix: 16))\""
        let modified = HTTPDate.text(seconds: Int64(file.modified / 1_000_000_000))
        let validators = headers + [("Etag", tag), ("Last-Modified", modified)]
        if let known = request.header("if-none-match") {
            if known == "*" || known.contains(tag) { return SimulatedResponse(304, headers: validators) }
        } else if request.header("if-modified-since") == modified {
            return SimulatedResponse(304, headers: validators)
        }
        let whole =
            headers + [("Content-Type", type), ("Etag", tag), ("Last-Modified", modified), ("Accept-Ranges", "bytes")]
        guard let asked = request.header("range"), request.header("if-range").map({ $0 == tag }) ?? true else {
            return SimulatedResponse(200, headers: whole, body: file.bytes)
        }
        let size = file.bytes.count
        guard let range = byteRange(asked, size: size) else {
            return SimulatedResponse(416, headers: [("Content-Range", "bytes */\(size)")])
        }
        return SimulatedResponse(
            206, headers: whole + [("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")],
            body: Array(file.bytes[range]))
    }

    /// One range; nil when it is malformed or begins behind the end.
    static func byteRange(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let count = Int(ends[1]), count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
        guard let first = Int(ends[0]), first >= 0, first < size else { return nil }
        if ends[1].isEmpty { return first..<size }
        guard let last = Int(ends[1]), last >= first else { return nil }
        return first..<min(last, size - 1) + 1
    }
}

enum HTTPDate {
    /// RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(seconds: Int64) -> String {
        let civil = Timestamp(seconds: seconds).civil
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][civil.weekday]
        let month =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][civil.month - 1]
        func two(_ number: Int) -> String { OutputNaming.padded(number, 2) }
        return
            "\(day), \(two(civil.day)) \(month) \(civil.year) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) GMT"
    }
}

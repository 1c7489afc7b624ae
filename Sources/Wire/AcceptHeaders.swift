/// The little content negotiation a gateway needs. Source: RFC 9110, section 12.5. Unreadable items are skipped.
public enum AcceptHeaders {
    /// Accept names `text/html`, as browsers do when they open a page; `*/*` alone, as programs send it, is not enough.
    public static func namesHTML(_ accept: String?) -> Bool {
        var result = false
        forEach(accept) { bytes, item, weight in
            if bytes.matchesIgnoringCase("text/html", at: item) { result = weight > 0 }
        }
        return result
    }

    /// Accept-Encoding allows gzip; an absent header does not.
    public static func allowsGzip(_ acceptEncoding: String?) -> Bool {
        var named: Int?
        var any = 0
        forEach(acceptEncoding) { bytes, item, weight in
            if bytes.matchesIgnoringCase("gzip", at: item) || bytes.matchesIgnoringCase("x-gzip", at: item) {
                named = max(named ?? 0, weight)
            } else if bytes.matches("*", at: item) {
                any = weight
            }
        }
        return (named ?? any) > 0
    }

    /// The first of the `offered` primary tags (`en`, `fr`) with the greatest weight in Accept-Language; `offered[0]`
    /// when the header names none of them. `fr-CA` asks for `fr`.
    public static func language(_ acceptLanguage: String?, offered: [String]) -> String? {
        var best: (tag: String?, weight: Int) = (offered.first, 0)
        var refused: Set<String> = []
        forEach(acceptLanguage) { bytes, item, weight in
            let end = bytes.firstIndex(of: ASCII.dash, within: item) ?? item.upperBound
            for tag in offered where bytes.matchesIgnoringCase(tag, at: item.lowerBound..<end) {
                if weight > best.weight { best = (tag, weight) }
                if weight == 0 { refused.insert(tag) }
            }
        }
        if best.weight > 0 { return best.tag }
        return offered.first { !refused.contains($0) } ?? offered.first
    }

    /// Calls `body` with each item and its weight in thousandths.
    private static func forEach(_ header: String?, _ body: (Span<UInt8>, Range<Int>, Int) -> Void) {
        guard let header else { return }
        let bytes = header.utf8.span
        var start = 0
        while start < bytes.count {
            let end = bytes.firstIndex(of: ASCII.comma, within: start..<bytes.count) ?? bytes.count
            let nameEnd = bytes.firstIndex(of: ASCII.semicolon, within: start..<end) ?? end
            let name = bytes.trimmed(start..<nameEnd)
            if !name.isEmpty, let weight = weight(bytes, nameEnd..<end) { body(bytes, name, weight) }
            start = end + 1
        }
    }

    /// 1000 without a `q`; nil when the `q` is not 0...1 with at most three decimals.
    private static func weight(_ bytes: Span<UInt8>, _ parameters: Range<Int>) -> Int? {
        var start = parameters.lowerBound
        while start < parameters.upperBound {
            let end =
                bytes.firstIndex(of: ASCII.semicolon, within: start + 1..<parameters.upperBound)
                ?? parameters.upperBound
            let parameter = bytes.trimmed(start + 1..<end)
            start = end
            guard let equals = bytes.firstIndex(of: ASCII.equals, within: parameter),
                bytes.matchesIgnoringCase("q", at: bytes.trimmed(parameter.lowerBound..<equals))
            else { continue }
            return thousandths(bytes, bytes.trimmed(equals + 1..<parameter.upperBound))
        }
        return 1_000
    }

    private static func thousandths(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 5, bytes[range.lowerBound] & 0xFE == 0x30 else { return nil }
        var value = Int(bytes[range.lowerBound] - 0x30) * 1_000
        var place = 100
        for offset in 1..<max(1, range.count) {
            let byte = bytes[range.lowerBound + offset]
            if offset == 1 {
                guard byte == ASCII.dot else { return nil }
                continue
            }
            guard ASCII.isDigit(byte) else { return nil }
            value += Int(byte - 0x30) * place
            place /= 10
        }
        return value <= 1_000 ? value : nil
    }
}

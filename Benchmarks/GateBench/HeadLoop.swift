internal import Basics
internal import Identity
internal import Store
internal import Wire

/// What every request costs before it is forwarded, without sockets: for counting instructions.
///
/// How a service is found and a head is made anew for it is not public and not in it.
struct HeadLoop {
    private let head: [UInt8]
    private let snapshot: IdentitySnapshot
    private let now: Timestamp

    init() throws {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        self.now = now
        // Fixed tokens, so that two runs execute the same.
        let tokens = (0..<1_000).map { number in
            TokenFormat.make(random: (0..<32).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* 7) }).reveal()
        }
        let account = Account(name: try AccountName("bench"), kind: .machine, role: .user, created: now)
        let records = tokens.map { token in
            Token(
                account: account.id, label: "bench", digest: .sha256(Array(token.utf8)),
                scopes: Policy.grantableScopes(to: .user), created: now)
        }
        snapshot = IdentitySnapshot(IdentityState(accounts: [account], tokens: records))
        let text =
            "GET /bench/api/jobs?limit=64&offset=128 HTTP/1.1\r\nHost: comfy.example.org\r\n"
            + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
            + "Accept: application/json, text/plain, */*\r\nAccept-Language: en-GB,en;q=0.7,fr;q=0.3\r\n"
            + "Accept-Encoding: gzip, deflate, br\r\nComfy-User: 7\r\nCache-Control: no-cache\r\n"
            + "Authorization: Bearer \(tokens[500])\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: keep-alive\r\n\r\n"
        head = Array(text.utf8)
    }

    /// The pieces, each in a loop of its own.
    enum Piece: String, CaseIterable {
        /// Parse the head where it lies.
        case head
        /// Decode path and query.
        case target
        /// Hash the bearer, find the account, ask the policy.
        case token
    }

    /// How often it went well; each time.
    func run(_ piece: Piece, _ count: Int) -> Int {
        var parsed = RequestHead()
        var done = 0
        let limits = HeadLimits()
        let bytes = head.span
        guard (try? parsed.parse(bytes, limits: limits)) == true, let value = authorization(parsed, bytes) else {
            return 0
        }
        for _ in 0..<count {
            switch piece {
            case .head: if (try? parsed.parse(bytes, limits: limits)) == true { done += 1 }
            case .target:
                let target = bytes.extracting(parsed.target.start..<parsed.target.end)
                if let target = try? RequestTarget(parsing: target), target.segments.count == 3 { done += 1 }
            case .token:
                let digest = Digest32.sha256(bytes.extracting(value.start + 7..<value.end))
                let principal = snapshot.principal(token: digest, now: now)
                if case .allow = Policy.decide(principal, Action(.generate, at: .gate), now: now) { done += 1 }
            }
        }
        return done
    }

    private func authorization(_ parsed: borrowing RequestHead, _ bytes: Span<UInt8>) -> ByteRange? {
        for field in parsed.fields where bytes.equalsIgnoringCase(field.name, "authorization") { return field.value }
        return nil
    }
}

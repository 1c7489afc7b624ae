import Basics
import HTTP
import Identity
import Loop
import Store
import Testing
import Wire

@testable import Gate

/// What clients of ComfyUI-Login do, and guests.
struct MigrationTests {
    private static let hash = TokenFormat.makeLikeLogin().reveal()

    private static func run(
        _ body: nonisolated(nonsending) (GateWorld, Locked<Timestamp>) async throws -> Void
    ) async throws {
        let now = Locked(Timestamp(milliseconds: 1_800_000_000_000))
        try await GateWorld.run(clock: { now.withLock { $0 } }) { world in
            let until = now.withLock { $0.advanced(bySeconds: 86_400) }
            try await world.server.identity.applyMigration(
                MigrationSettings(file: Secret(hash + "\nowner"), account: "old", until: until))
            try await body(world, now)
        }
    }

    @Test("The old hash is a bearer and a token in any address, and reaches neither worker nor log")
    func takesTheOldHash() async throws {
        try await Self.run { world, _ in
            let inQuery = Query([("token", Self.hash)]).encoded
            try await world.expect(.ok, .get, "/queue", ["Authorization": "Bearer \(Self.hash)"])
            try await world.expect(.ok, .get, "/api/prompt?\(inQuery)")
            try await world.expect(.ok, .get, "/history?max_items=1&\(inQuery)")
            try await world.expect(.ok, .post, "/interrupt?\(inQuery)")
            let body = #"{"prompt":{"1":{"class_type":"X","inputs":{}}}}"#
            try await world.expectSubmitted("/prompt?\(inQuery)", body: body)
            for seen in world.takeSeen() {
                #expect(!seen.line.contains("token"))
                #expect(seen.fields["Authorization"] == nil)
                #expect(!String(decoding: seen.body, as: UTF8.self).contains("$2"))
            }
            let echo = try await world.loop.run { reactor in
                let socket = try await GateSocket.open(world, "/ws?clientId=a&\(inQuery)", as: nil, reactor: reactor)
                return await socket.answers()
            }
            #expect(echo)
        }
    }

    @Test("It opens nothing of operators and nothing of the console, and not after its day")
    func limitsTheOldHash() async throws {
        try await Self.run { world, now in
            let bearer: Fields = ["Authorization": "Bearer \(Self.hash)"]
            try await world.expect(.forbidden, .get, "/internal/logs", bearer)
            try await world.expect(.forbidden, .get, "/metrics", bearer)
            let console = try await world.console(.get, "/api/v1/accounts", bearer)
            #expect(console.status == .forbidden)
            for wrong in ["", "x", String(Self.hash.dropLast()), Self.hash + "x"] {
                let answer = try await world.ask(.get, "/prompt?" + Query([("token", wrong)]).encoded)
                #expect(answer.status == .unauthorized)
                #expect(answer.json == ["error": "Authentication required."])
            }
            now.withLock { $0 = $0.advanced(bySeconds: 86_400) }
            try await world.expect(.unauthorized, .get, "/queue", bearer)
            let login = try await world.ask(.get, "/", ["Accept": "text/html"])
            #expect(login.fields["Location"] == "/login")
        }
    }

    @Test("A socket ends with the credential that opened it, when its time is over")
    func endsSockets() async throws {
        try await Self.run { world, now in
            let inQuery = Query([("token", Self.hash)]).encoded
            let heard = try await world.loop.run { reactor in
                let socket = try await GateSocket.open(world, "/ws?\(inQuery)", as: nil, reactor: reactor)
                let other = try await GateSocket.open(world, "/ws", as: "alice", reactor: reactor)
                now.withLock { $0 = $0.advanced(bySeconds: 86_399) }
                try await world.server.keepHouse()
                var heard = [await socket.answers()]
                now.withLock { $0 = $0.advanced(bySeconds: 1) }
                try await world.server.keepHouse()
                heard.append(await socket.ends())
                heard.append(await other.answers())
                return heard
            }
            #expect(heard == [true, true, true])
        }
    }

    @Test("Login and logout by form and by JSON, as those clients are used to")
    func logsInAndOut() async throws {
        try await Self.run { world, _ in
            try await world.expect(.badRequest, .post, "/login", body: "username=x")
            let json = try await world.ask(
                .post, "/login", ["Content-Type": "application/json; charset=utf-8"],
                body: #"{"username":"alice","password":"password of alice"}"#)
            #expect(json.status == .ok)
            let cookie = String((json.fields["Set-Cookie"] ?? "").prefix { $0 != ";" })
            try await world.expect(.ok, .get, "/queue", ["Cookie": cookie])
            let out = try await world.ask(.get, "/logout", ["Cookie": cookie])
            #expect(out.status == .found && out.fields["Location"] == "/login")
            try await world.expect(.unauthorized, .get, "/queue", ["Cookie": cookie])
            #expect(try await world.ask(.get, "/guest_mode").json == ["guestMode": false])
            let guest = try await world.ask(.post, "/login", body: "guest_mode=1&password=")
            #expect(guest.status == .forbidden)
            #expect(guest.fields["Set-Cookie"] == nil)
        }
    }

    @Test("Guests are accounts of their own, which end with their day and leave nothing")
    func guests() async throws {
        let now = Locked(Timestamp(milliseconds: 1_800_000_000_000))
        var settings = IdentitySettings()
        settings.guestsAllowed = true
        settings.maximumGuests = 2
        try await GateWorld.run(identity: settings, clock: { now.withLock { $0 } }) { world in
            #expect(try await world.ask(.get, "/guest_mode").json == ["guestMode": true])
            #expect(try await world.ask(.get, "/login").text.contains("guest_mode"))
            var cookies: [String] = []
            for _ in 0..<2 {
                let answer = try await world.ask(.post, "/login", body: "guest_mode=1&password=&next=%2Fview")
                #expect(answer.status == .found && answer.fields["Location"] == "/view")
                cookies.append(String((answer.fields["Set-Cookie"] ?? "").prefix { $0 != ";" }))
            }
            try await world.expect(.serviceUnavailable, .post, "/login", body: "guest_mode=1")
            let origin = "http://127.0.0.1:\(world.port)"
            for cookie in cookies {
                try await world.expect(.ok, .get, "/queue", ["Cookie": cookie])
                try await world.expect(.forbidden, .get, "/internal/logs", ["Cookie": cookie])
            }
            // The same ids mean a job of each: neither sees the other's.
            let id = UUID().description
            let body = #"{"prompt":{"1":{"class_type":"X","inputs":{}}},"client_id":"tab","prompt_id":"\#(id)"}"#
            try await world.expectSubmitted("/prompt", ["Cookie": cookies[0], "Origin": origin], body: body)
            let other = try await world.ask(.get, "/queue", ["Cookie": cookies[1]])
            #expect(!other.text.contains(id))
            try await world.expectSubmitted("/prompt", ["Cookie": cookies[1], "Origin": origin], body: body)
            now.withLock { $0 = $0.advanced(bySeconds: 43_000) }
            try await world.expect(.ok, .get, "/queue", ["Cookie": cookies[0]])
            now.withLock { $0 = $0.advanced(bySeconds: 43_400) }
            for cookie in cookies { try await world.expect(.unauthorized, .get, "/queue", ["Cookie": cookie]) }
            try await world.server.keepHouse()
            let accounts = try await world.server.identity.accounts()
            #expect(!accounts.contains { $0.role == .guest })
            #expect(try await world.server.identity.sessions(of: nil).isEmpty)
            try await world.expect(.found, .post, "/login", body: "guest_mode=1")
        }
    }
}

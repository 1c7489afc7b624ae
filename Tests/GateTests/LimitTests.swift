import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Gate

struct LimitTests {
    // MARK: The rule

    @Test("Exactly the burst comes at once, then one for each interval", arguments: [1, 2, 200])
    func burst(size: Int) {
        let budget = AccountBudget()
        let rate = RequestRate(perSecond: 50, burst: size)
        for _ in 0..<size { #expect(budget.admit(now: 1_000, rate) == 0) }
        #expect(budget.admit(now: 1_000, rate) == 20)
        #expect(budget.admit(now: 1_019, rate) == 1)
        #expect(budget.admit(now: 1_020, rate) == 0)
        #expect(budget.admit(now: 1_020, rate) == 20)
        // An idle account gathers no more than the burst.
        for _ in 0..<size { #expect(budget.admit(now: 1_000_000, rate) == 0) }
        #expect(budget.admit(now: 1_000_000, rate) > 0)
    }

    @Test("A refused question costs nothing")
    func refusalsAreFree() {
        let budget = AccountBudget()
        let rate = RequestRate(perSecond: 10, burst: 1)
        #expect(budget.admit(now: 0, rate) == 0)
        for _ in 0..<1_000 { #expect(budget.admit(now: 50, rate) == 50) }
        #expect(budget.admit(now: 100, rate) == 0)
    }

    @Test("Threads that ask together are admitted as often as one")
    func countsOnce() async {
        let budget = AccountBudget()
        let rate = RequestRate(perSecond: 1, burst: 500)
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<200).count { _ in budget.admit(now: 77, rate) == 0 } }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 500)
    }

    @Test("What may be held at once is held up to its limit")
    func holds() {
        let budget = AccountBudget()
        #expect(budget.take(.upload, limit: 2))
        #expect(budget.take(.upload, limit: 2))
        #expect(!budget.take(.upload, limit: 2))
        #expect(budget.take(.eventSocket, limit: 1))
        budget.giveBack(.upload)
        #expect(budget.take(.upload, limit: 2))
        #expect(!budget.take(.upload, limit: 2))
    }

    @Test("Loops share what is promised for the gate; each has room for one at least", arguments: [1, 3, 20])
    func dividesConnections(loops: Int) {
        var limits = Configuration.Limits()
        (limits.connections, limits.perAddress) = (10, 9)
        let own = ServerLimits(limits, loops: loops)
        #expect(own.connections == max(1, 10 / loops))
        #expect(own.connectionsPerAddress == max(1, 9 / loops))
    }

    // MARK: At the gate

    @Test("Over all loops an account has one rate, others keep theirs, and the web UI's files are free")
    func limitsRequests() async throws {
        try await GateWorld.run({
            $0.loops = 3
            ($0.limits.requestRate, $0.limits.requestBurst) = (1, 5)
            var service = Configuration.Service(name: "forge")
            (service.path, service.upstream) = ("/forge", $0.worker.url)
            $0.services = [service]
        }) { world in
            let began = ContinuousClock.now
            var admitted = 0
            var refused: Answer?
            for index in 0..<40 {
                let target = ["/queue", "/forge/x", "/unknown"][index % 3]
                let answer = try await world.ask(.get, target, as: "alice")
                if answer.status == .tooManyRequests { refused = answer } else { admitted += 1 }
            }
            let seconds = Int((ContinuousClock.now - began) / .seconds(1)) + 1
            #expect((5...5 + seconds).contains(admitted))
            #expect(refused?.fields["Retry-After"] == "1")
            #expect(refused?.json?["error"]?["code"] == "too_many_requests")
            for _ in 0..<10 { try await world.expect(.ok, .get, "/extensions/core/x.js", as: "alice") }
            try await world.expect(.ok, .get, "/queue", as: "bob")
            var prompt: Answer?
            while prompt?.status != .tooManyRequests {
                prompt = try await world.ask(.post, "/prompt", as: "alice", body: "{}")
            }
            #expect(prompt?.json?["error"]?["type"] == "too_many_requests")
            #expect(prompt?.json?["node_errors"] == [:])
        }
    }

    @Test("Uploads of an account at the same time are limited, and end with their exchange")
    func limitsUploads() async throws {
        try await GateWorld.run({
            $0.loops = 2
            $0.limits.uploads = 2
        }) { world in
            let head =
                "POST /userdata/b.json HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + "\(world.tokens["alice"]!.reveal())\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
            let statuses = try await world.loop.run { reactor in
                var peers: [RawPeer] = []
                for _ in 0..<2 {
                    let peer = try RawPeer(to: .loopback(port: world.port), reactor: reactor)
                    peer.send(head)
                    _ = await peer.read(until: "100 Continue\r\n\r\n")
                    peers.append(peer)
                }
                var statuses = [try await world.ask(.post, "/userdata/b.json", as: "alice", body: "abcd").status]
                statuses.append(try await world.ask(.post, "/userdata/a.json", as: "alice", body: "{}").status)
                statuses.append(try await world.ask(.post, "/userdata/b.json", as: "bob", body: "abcd").status)
                peers[0].send("abcd")
                _ = await peers[0].read(until: "\r\n\r\n")
                // Who has the answer has the place, at whatever loop the next one comes in.
                for _ in 0..<20 {
                    let answer = try await world.ask(.post, "/userdata/b.json", as: "alice", body: "abcd")
                    statuses.append(answer.status)
                }
                // A client that leaves lets go, too, as soon as the gate hears of it.
                peers[1].close()
                let more = try RawPeer(to: .loopback(port: world.port), reactor: reactor)
                more.send(head)
                _ = await more.read(until: "100 Continue\r\n\r\n")
                while try await world.ask(.post, "/userdata/b.json", as: "alice", body: "abcd").status != .ok {}
                more.close()
                return statuses
            }
            #expect(statuses == [.tooManyRequests, .tooManyRequests, .ok] + Array(repeating: .ok, count: 20))
        }
    }

    @Test("An upload over limits.body is 413 and never begins")
    func limitsBodies() async throws {
        try await GateWorld.run({ $0.limits.body = ByteCount("8B")! }) { world in
            try await world.expect(.ok, .post, "/userdata/b.json", as: "alice", body: "12345678")
            try await world.expect(.contentTooLarge, .post, "/userdata/b.json", as: "alice", body: "123456789")
            #expect(try await world.ask(.get, "/userdata/b.json", as: "alice").text == "12345678")
        }
    }

    @Test("The event socket that is one too many is refused, and one that ends makes room")
    func limitsSockets() async throws {
        try await GateWorld.run({
            $0.loops = 2
            $0.limits.eventSockets = 2
        }) { world in
            let refused = try await world.loop.run { reactor in
                let first = try await GateSocket.open(world, "/ws?clientId=a", as: "alice", reactor: reactor)
                let second = try await GateSocket.open(world, "/api/ws?clientId=b", as: "alice", reactor: reactor)
                var refused = ""
                do {
                    _ = try await GateSocket.open(world, "/ws?clientId=c", as: "alice", reactor: reactor)
                } catch { refused = "\(error)" }
                // The others live on, and somebody else's come.
                #expect(await first.answers())
                let bob = try await GateSocket.open(world, "/ws", as: "bob", reactor: reactor)
                bob.close()
                second.close()
                #expect(await second.ends())
                // The gate hears of the end a moment after the client.
                while (try? await GateSocket.open(world, "/ws?clientId=c", as: "alice", reactor: reactor)) == nil {}
                return refused
            }
            #expect(refused.contains("429"))
        }
    }
}

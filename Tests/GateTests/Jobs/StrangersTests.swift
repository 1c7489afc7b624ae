import Basics
import ComfyAPI
import HTTP
import Identity
import Loop
import Simulator
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

/// Twenty accounts with equal graphs, names, prompt ids and client ids do everything at random; each has a secret word in
/// all that is theirs.
struct StrangersTests {
    private struct Person: Sendable {
        let number: Int
        let token: Secret
        /// In their titles, prefixes, files and settings.
        let word: String
        /// Prompts that only this account has by that id.
        var own: [String] = []
        var files: [OutputFile] = []
        /// Everything the gate ever said to them.
        var told: [String] = []
    }

    /// Chosen by everybody.
    private static let common = (0..<4).map { UUID(random: [UInt8](repeating: UInt8($0), count: 16)).description }

    private struct Crowd: Sendable {
        let world: JobWorld
        var people: [Person] = []
        var dice: Dice

        private func graph(_ person: Person, color: Int, loads name: String?) -> JSON {
            guard case .object(var graph) = JobWorld.graph(color: color, prefix: "p") else { return .null }
            graph["3"] = [
                "class_type": "PreviewImage", "inputs": ["images": ["1", 0]], "_meta": ["title": .string(person.word)],
            ]
            if let name {
                graph["7"] = ["class_type": "LoadImage", "inputs": ["image": .string(name)]]
                graph["8"] = ["class_type": "SaveImage", "inputs": ["images": ["7", 0], "filename_prefix": "copy"]]
            }
            return .object(graph)
        }

        @discardableResult
        mutating func ask(
            _ who: Int, _ method: Wire.Method, _ target: String, _ body: JSON? = nil, bytes: [UInt8]? = nil,
            type: String = "application/json"
        ) async throws -> Answer {
            let body = bytes ?? body.map { $0.encoded() } ?? []
            var request = ClientRequest(method, target, [:], body: body)
            request.fields["Authorization"] = "Bearer \(people[who].token.reveal())"
            if !body.isEmpty { request.fields["Content-Type"] = type }
            let answer = try await world.gate.send(request, to: .host("127.0.0.1", port: world.gate.port))
            people[who].told.append("\(method.rawValue) \(target)\n\(answer.fields)\n\(answer.text)")
            #expect(answer.status.code < 500 || answer.status == .serviceUnavailable, "\(target): \(answer.text)")
            return answer
        }

        mutating func submit(_ who: Int) async throws {
            var body: JSONObject = [
                "prompt": graph(
                    people[who], color: Int.random(in: 1...3, using: &dice),
                    loads: Bool.random(using: &dice) ? nil : "same.png"),
                "client_id": "tab",
                "extra_data": ["extra_pnginfo": ["workflow": ["id": "w", "title": .string(people[who].word)]]],
            ]
            let isCommon = Int.random(in: 0..<4, using: &dice) == 0
            if isCommon { body["prompt_id"] = .string(StrangersTests.common.randomElement(using: &dice) ?? "") }
            let answer = try await ask(who, .post, "/prompt", .object(body))
            if let id = answer.json?["prompt_id"]?.string, !isCommon { people[who].own.append(id) }
        }

        /// One's own id, a common one, or somebody else's.
        private mutating func id(_ who: Int) -> String {
            let other = Int.random(in: people.indices, using: &dice)
            let pool = [people[who].own, StrangersTests.common, people[other].own].randomElement(using: &dice) ?? []
            return pool.randomElement(using: &dice) ?? StrangersTests.common[0]
        }

        mutating func look(_ who: Int) async throws {
            let id = id(who)
            let targets = [
                "/history", "/history/\(id)", "/queue", "/prompt", "/api/jobs", "/api/jobs/\(id)",
                "/api/jobs?status=pending",
                "/internal/files/output", "/internal/files/input", "/object_info/LoadImage", "/userdata?dir=",
                "/userdata/same.json", "/settings", "/view?filename=same.png&type=input", "/history?max_items=3",
            ]
            try await ask(who, .get, targets.randomElement(using: &dice) ?? "/queue")
        }

        /// Until nothing of theirs waits or runs.
        mutating func rest(_ who: Int) async throws {
            while try await ask(who, .get, "/prompt").json?["exec_info"]?["queue_remaining"] != 0 {}
        }

        /// A job that nobody cancels, and its files.
        mutating func finish(_ who: Int) async throws {
            let answer = try await ask(
                who, .post, "/prompt", ["prompt": graph(people[who], color: 1, loads: nil), "client_id": "tab"])
            #expect(answer.status == .ok, "\(answer.text)")
            if let id = answer.json?["prompt_id"]?.string { people[who].own.append(id) }
            try await rest(who)
            try await learn(who)
        }

        /// Which files there are of one's own.
        private mutating func learn(_ who: Int) async throws {
            guard people[who].files.isEmpty else { return }
            let answer = try await ask(who, .get, "/history?max_items=3")
            people[who].files = (answer.json?.object?.members ?? []).flatMap { JobWorld.files($0.value) }
        }

        /// One's own file, or one that somebody else has by that name.
        mutating func view(_ who: Int) async throws {
            try await learn(who)
            let other = Int.random(in: people.indices, using: &dice)
            guard let file = people[Bool.random(using: &dice) ? who : other].files.randomElement(using: &dice) else {
                return
            }
            try await ask(who, .get, JobWorld.view(file))
        }

        /// Under the name that everybody uses: a picture of one's own, which holds one's own graph.
        mutating func upload(_ who: Int) async throws {
            try await learn(who)
            guard let file = people[who].files.first(where: { $0.filename.hasSuffix(".png") }) else { return }
            var request = ClientRequest(.get, JobWorld.view(file))
            request.fields["Authorization"] = "Bearer \(people[who].token.reveal())"
            let wanted = request
            let address = UpstreamOptions.Endpoint.host("127.0.0.1", port: world.gate.port)
            let bytes = try await world.gate.loop.run { reactor in
                let pool = UpstreamPool(UpstreamOptions(address), reactor: reactor, resolver: sharedResolver)
                let answer = try await HTTPClient(pool).fetch(wanted)
                pool.closeIdle()
                return answer.body
            }
            let (type, form) = try UploadedFile.form(bytes, name: "same.png")
            try await ask(who, .post, "/upload/image", bytes: form, type: type)
        }

        mutating func act() async throws {
            let who = Int.random(in: people.indices, using: &dice)
            let word = JSON.string(people[who].word)
            switch Int.random(in: 0..<20, using: &dice) {
            case 0..<6: try await submit(who)
            case 6..<11: try await look(who)
            case 11..<14: try await view(who)
            case 14: try await ask(who, .post, "/queue", ["delete": [.string(id(who))]])
            case 15: try await ask(who, .post, "/interrupt", ["prompt_id": .string(id(who))])
            case 16: try await ask(who, .post, "/api/jobs/\(id(who))/cancel", [:])
            case 17: try await ask(who, .post, "/history", ["delete": [.string(id(who))]])
            case 18: try await upload(who)
            default:
                try await ask(who, .post, "/userdata/same.json?overwrite=true", ["mine": word])
                try await ask(who, .post, "/settings", ["mine": word])
            }
        }
    }

    @Test("Nobody is ever sent a byte or an id of somebody else's", arguments: [1, 2] as [UInt64])
    func keepsStrangersApart(seed: UInt64) async throws {
        try await JobWorld.run(
            seed == 1 ? .current : .classic, worker: { ($0.nodeTime, $0.startLatency) = (1_000_000, 500_000) }
        ) { world in
            var crowd = Crowd(world: world, dice: Dice(seed))
            for number in 0..<20 {
                let account = try await world.gate.server.identity.createAccount(
                    name: "person-\(number)", role: .user, password: Secret("a password of theirs"), by: .system)
                let token = try await world.gate.server.identity.createToken(
                    for: account.id, label: "test", scopes: Policy.grantableScopes(to: .user), by: .system)
                crowd.people.append(
                    Person(number: number, token: token.secret, word: "word\(number)of\(seed)x\(crowd.dice.next())"))
            }
            while try await crowd.ask(0, .post, "/prompt", ["prompt": JobWorld.graph(color: 9)]).status != .ok {}
            let start = crowd
            let end = try await world.gate.loop.run { reactor in
                var crowd = start
                var sockets: [GateSocket] = []
                for person in crowd.people {
                    sockets.append(
                        try await GateSocket.open(
                            world.gate, "/ws?clientId=tab", as: nil,
                            ["Authorization": "Bearer \(person.token.reveal())"], reactor: reactor))
                }
                for _ in 0..<200 { try await crowd.act() }
                // However slow the machine is: everybody has something that others could get.
                for who in crowd.people.indices { try await crowd.finish(who) }
                for _ in 0..<200 { try await crowd.act() }
                for who in crowd.people.indices {
                    try await crowd.rest(who)
                    for target in ["/history", "/queue", "/api/jobs", "/internal/files/output"] {
                        try await crowd.ask(who, .get, target)
                    }
                }
                for (who, socket) in sockets.enumerated() {
                    socket.close()
                    while let text = await socket.next() { crowd.people[who].told.append(text) }
                }
                return crowd.people
            }
            let strangeThings = end.map { person in
                end.filter { $0.number != person.number }.flatMap { [$0.word] + $0.own }
            }
            for (person, strange) in zip(end, strangeThings) {
                for text in person.told {
                    // What they asked for themselves is no answer.
                    let answer = text.hasPrefix("{") ? text[...] : text.drop { $0 != "\n" }
                    for word in strange where answer.contains(word) {
                        Issue.record("person \(person.number) was sent \(word): \(text.prefix(400))")
                    }
                }
            }
            // All of it happened.
            #expect(end.allSatisfy { !$0.files.isEmpty })
            #expect(end.allSatisfy { $0.told.contains { $0.contains("execution_success") } })
        }
    }
}

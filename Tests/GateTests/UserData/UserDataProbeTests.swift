import Basics
import ComfyAPI
import Foundation
import Testing
import Wire

@testable import Gate

/// What real ComfyUIs answered about settings and people's files, asked of the gate.
struct UserDataProbeTests {
    struct Probe {
        let name: String
        let method: Wire.Method
        let path: String
        let body: String
        let status: Int
        let contentType: String?
        let answer: JSON

        init?(_ json: JSON) {
            guard let name = json["name"]?.string, let status = json["status"]?.int, let request = json["request"],
                let method = request["method"]?.string, let path = request["path"]?.string
            else { return nil }
            guard ["userdata", "settings", "users"].contains(where: { name.hasPrefix($0) }) else { return nil }
            let body = request["json"].map { String(decoding: $0.encoded(), as: UTF8.self) }
            (self.name, self.method, self.path, self.status) = (name, Method(rawValue: method), path, status)
            self.body = body ?? request["body_text"]?.string ?? ""
            contentType = json["headers"]?["Content-Type"]?.string
            answer = json["body"] ?? .null
        }
    }

    private static func probes(_ flavour: ComfyFlavour) throws -> [Probe] {
        let version = flavour == .current ? "0.26.0" : "0.3.64"
        let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let file = tests.appending(path: "SimulatorTests/Fixtures/\(version)/http-probes.json")
        return try JSON(parsing: Array(try Data(contentsOf: file))).array?.compactMap { Probe($0) } ?? []
    }

    /// Where the gate answers otherwise on purpose: the status, and nothing else is compared.
    private static let differences = [
        // Refused before anybody looks for a route: such a target never passes.
        "userdata: traversal": 400, "userdata: move with bad dest": 400,
        // Only administrators make accounts.
        "users: create (single-user mode)": 403,
    ]

    @Test("Every recorded request is answered as it was", arguments: ComfyFlavour.allCases)
    func answersAsRecorded(flavour: ComfyFlavour) async throws {
        let probes = try Self.probes(flavour)
        #expect(probes.count == 22)
        try await JobWorld.run(flavour) { world in
            try await world.awaitWorker()
            for probe in probes {
                let answer = try await world.gate.ask(probe.method, probe.path, as: "alice", body: probe.body)
                if let status = Self.differences[probe.name] {
                    #expect(answer.status.code == status, "\(probe.name)")
                    continue
                }
                #expect(answer.status.code == probe.status, "\(probe.name): \(answer.text)")
                guard let type = probe.contentType else {
                    #expect(answer.text.isEmpty, "\(probe.name)")
                    continue
                }
                #expect(answer.fields["Content-Type"] == type, "\(probe.name)")
                // Browsers keep a connection for a `no-store` answer that the page does not read.
                #expect(
                    answer.fields["Cache-Control"] == "private, no-cache",
                    "\(probe.name)")
                if type.hasPrefix("text/") {
                    #expect(answer.text == probe.answer.string, "\(probe.name)")
                } else {
                    let own = try #require(answer.json, "\(probe.name)")
                    #expect(Self.shape(own) == Self.shape(probe.answer), "\(probe.name): \(answer.text)")
                }
            }
        }
    }

    /// A document whose times are only what kind of number they are.
    private static func shape(_ json: JSON) -> JSON {
        switch json {
        case .array(let items): return .array(items.map(shape))
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { key, value in
                        guard ["modified", "created"].contains(key), let number = value.number else {
                            return (key, shape(value))
                        }
                        let digits = number.literal.prefix { $0 != "." }.count
                        return (key, .string((number.isInteger ? "integer of " : "float of ") + "\(digits) digits"))
                    }))
        default: return json
        }
    }

    @Test("The path of every probe and each of its twins needs somebody")
    func needsSomebody() async throws {
        let probes = try Self.probes(.current)
        try await GateWorld.run { world in
            for probe in probes where Self.differences[probe.name] != 400 {
                for path in [probe.path, "/api" + probe.path] {
                    try await world.expect(.unauthorized, probe.method, path, body: probe.body)
                }
            }
            #expect(world.takeSeen().isEmpty)
        }
    }
}

extension JobWorld {
    /// Waits until the gate knows which version its worker is.
    func awaitWorker() async throws {
        _ = try await submit(Self.graph(color: 1), as: "olga")
    }
}

import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// Every recorded request is answered as the real server did.
struct ProbeTests {
    /// Recordings that are not reproduced, and why.
    static let left: [String: String] = [
        "assets: list": assets, "assets: upload": assets, "assets: hash head 404": assets, "assets: not found": assets,
        "assets: upload no tags": assets, "tags": assets,
        "templates index": "the web UI's files are not part of a simulated worker",
        "prompt: text/plain content type": "the recording cuts the request's body; PromptTests has a whole one",
        "internal: logs raw": "the recording keeps no body",
    ]
    static let assets = "recorded with --enable-assets; a simulated worker is one without"
    /// Members that only --enable-assets adds.
    static let assetMembers: Set<String> = ["asset", "id"]
    static let comparedHeaders = [
        "Content-Type", "Allow", "Cache-Control", "Pragma", "Expires", "Content-Disposition", "Accept-Ranges",
    ]

    @Test(arguments: ComfyFlavour.allCases) func everyProbeIsAnsweredAsRecorded(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        try prepare(bench)
        let probes = try Fixtures.json("\(flavour.rawValue)/http-probes.json").array ?? []
        #expect(probes.count > 100)
        for probe in probes {
            let name = probe["name"]?.string ?? ""
            let response = try replay(probe["request"] ?? .null, on: bench)
            bench.settle()
            guard Self.left[name] == nil else { continue }
            #expect(
                response.status == probe["status"]?.int, "\(flavour.rawValue) \(name): \(response.text.prefix(300))")
            for header in Self.comparedHeaders {
                let recorded = probe["headers"]?.object?.members.first { $0.key.lowercased() == header.lowercased() }
                #expect(response.header(header) == recorded?.value.string, "\(flavour.rawValue) \(name): \(header)")
            }
            compareBodies(probe["body"] ?? .null, response, "\(flavour.rawValue) \(name)")
        }
    }

    private func compareBodies(_ recorded: JSON, _ response: SimulatedResponse, _ name: String) {
        if let text = recorded.string {
            if text.hasSuffix("binary>") || text.contains("large JSON") {
                #expect(response.body.isEmpty == false, "\(name)")
            } else if !text.contains("(cut)"), response.header("Content-Type")?.hasPrefix("text/plain") == true {
                #expect(response.text == text, "\(name)")
            } else if text.isEmpty {
                #expect(response.body.isEmpty, "\(name)")
            }
            return
        }
        guard let json = try? response.json else {
            Issue.record("\(name): no JSON: \(response.text.prefix(200))")
            return
        }
        #expect(ShapeComparison.differences(recorded, json, ignoring: Self.assetMembers) == [], "\(name)")
    }

    /// The history and the files that were there when the probes were recorded.
    private func prepare(_ bench: Bench) throws {
        let ok = try Fixtures.json("\(bench.worker.options.flavour.rawValue)/http/prompt.ok.json")
        for _ in 0..<2 {
            bench.post("/prompt", ok["request"] ?? .null)
            bench.settle()
        }
    }

    private func replay(_ request: JSON, on bench: Bench) throws -> SimulatedResponse {
        let method = request["method"]?.string ?? "GET"
        let path = request["path"]?.string ?? "/"
        var headers = (request["headers"]?.object?.members ?? []).map { (name: $0.key, value: $0.value.string ?? "") }
        if !headers.contains(where: { $0.name == "Host" }) { headers.append(("Host", "127.0.0.1:18191")) }
        if let origin = headers.firstIndex(where: { $0.name == "Origin" && $0.value.hasPrefix("http://127.0.0.1") }) {
            headers[origin].value = "http://127.0.0.1:18191"
        }
        if let parts = request["multipart"]?.array {
            return bench.upload(path, parts.map { Self.part($0) })
        }
        if let json = request["json"] { return bench.send(method, path, body: json.encoded(), headers: headers) }
        return bench.send(method, path, body: Array((request["body_text"]?.string ?? "").utf8), headers: headers)
    }

    /// `["image", "<2426 bytes>", "up.png"]`, or a field and its text.
    private static func part(_ part: JSON) -> (name: String, bytes: [UInt8], filename: String?) {
        let name = part[0]?.string ?? ""
        let value = part[1]?.string ?? ""
        guard let given = part[2]?.string else { return (name, Array(value.utf8), nil) }
        // The recording client sent slashes in names encoded.
        let filename = given.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
        let count = Int(value.filter(\.isNumber)) ?? 0
        if count > 1 << 20 { return (name, [UInt8](repeating: 0, count: count), filename) }
        let colour = UInt8(count & 255)
        let picture = Picture(width: 16, height: 16, plain: Picture.Pixel(r: colour, g: 2, b: 3))
        return (name, PNGCodec.encode(picture), filename)
    }
}

import Basics
import Foundation
import Identity
import Testing
import Wire

@testable import Gate

/// Recordings of real web UIs, outside the repository.
private let shared: String? = {
    let chosen = ProcessInfo.processInfo.environment["COMFYGATE_SHARED"]
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let folder = chosen ?? root.appending(path: "shared").path()
    return FileManager.default.fileExists(atPath: folder + "/fixtures/comfyui") ? folder : nil
}()

struct RouteTests {
    @Test(
        "Every request a recorded web UI makes has a rule",
        .enabled(if: shared != nil, "set COMFYGATE_SHARED to the folder with the recordings"),
        arguments: ["0.3.64", "0.26.0"])
    func coversTheWebUI(version: String) throws {
        let path = "\(try #require(shared))/fixtures/comfyui/\(version)/frontend-requests.json"
        let json = try JSON(parsing: Array(try Data(contentsOf: URL(filePath: path))))
        var count = 0
        for request in json["requests_in_order_first_seen"]?.array ?? [] {
            guard let method = request["method"]?.string, let text = (request["path"] ?? request["url"])?.string else {
                continue
            }
            let target = try RequestTarget(text.replacing("<sha256>", with: "0123"))
            let segments = target.segments.map { $0.text == "" ? [] : [$0] }.flatMap { $0 }
            let match = NativeRoutes.table.match(Method(rawValue: method), segments[...])
            if case .found = match { count += 1 } else { Issue.record("no rule for \(method) \(text)") }
        }
        #expect(count >= 17)
    }

    @Test(
        "What no rule names is refused",
        arguments: [
            ("GET", "/unknown"), ("POST", "/object_info"), ("GET", "/experiment/models/preview/checkpoints/0/x.png"),
            ("GET", "/api/internal/logs"), ("GET", "/jobs"), ("PUT", "/prompt"), ("GET", "/custom_node/route"),
            ("PUT", "/users"), ("GET", "/assets"), ("GET", "/api"), ("GET", "/extensions/a%2Fb.js"),
            ("GET", "/extensions/%252e%252e/x.js"), ("GET", "/models/a%2Fb"), ("GET", "/history/a%252Fb"),
        ])
    func refuses(method: String, path: String) throws {
        let target = try RequestTarget(path)
        let match = NativeRoutes.table.match(Method(rawValue: method), target.segments[...])
        if case .found(let route, _) = match { Issue.record("\(path) found \(route.parts)") }
    }

    @Test("An encoded slash passes only where a file name is carried")
    func passesFileNames() throws {
        let target = try RequestTarget("/userdata/workflows%2Fa.json/move/b%2Fc.json")
        guard case .found(let route, let parameters) = NativeRoutes.table.match(.post, target.segments[...]) else {
            Issue.record("no rule")
            return
        }
        #expect(route.access == .manage)
        #expect(parameters == ["workflows/a.json", "b/c.json"])
    }

    @Test(
        "What touches everybody needs an operator",
        arguments: ["/internal/logs/raw", "/v2/customnode/install"])
    func needsAnOperator(path: String) throws {
        let target = try RequestTarget(path)
        let method: Wire.Method = path.contains("logs") ? .get : .post
        guard case .found(let route, _) = NativeRoutes.table.match(method, target.segments[...]) else {
            Issue.record("no rule for \(path)")
            return
        }
        #expect(route.access == .operator)
    }
}

struct PublicNamesTests {
    @Test(
        "Without public_url a Host in numbers or localhost is accepted, a name is not",
        arguments: [
            ("127.0.0.1:8288", true), ("localhost:8288", true), ("192.0.2.7", true), ("[::1]:8288", true),
            ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.nip.io", false),
        ])
    func acceptsNumbers(host: String, expected: Bool) throws {
        let names = PublicNames([])
        #expect(names.accepts(host: try #require(Authority(host)), isSecure: false) == expected)
    }

    @Test(
        "A page of ours is one of public_url, or in numbers and equal to the Host",
        arguments: [
            ("https://comfy.example", "comfy.example", true), ("http://comfy.example", "comfy.example", false),
            ("https://comfy.example.evil", "comfy.example", false), ("null", "comfy.example", false),
            ("http://127.0.0.1:8288", "127.0.0.1:8288", true), ("http://127.0.0.1:9999", "127.0.0.1:8288", false),
            ("http://evil.example", "evil.example", false),
        ])
    func judgesOrigins(origin: String, host: String, expected: Bool) throws {
        let names = PublicNames([try #require(HTTPURL("https://comfy.example/"))])
        let verdict = names.accepts(
            origin: try #require(Origin(origin)), host: try #require(Authority(host)), isSecure: false)
        #expect(verdict == expected)
    }
}

struct LocalPathTests {
    @Test(
        "Only a path on the gate is a place to go back to",
        arguments: [
            "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a/../b", "/%2e%2e/x",
            "", "x", "/a\n/b", "/%0d%0aSet-Cookie:x",
        ])
    func refuses(text: String) { #expect(LocalPath(text) == nil) }

    @Test func keepsPathAndQuery() {
        #expect(LocalPath("/view?filename=a%20b.png")?.text == "/view?filename=a%20b.png")
    }
}

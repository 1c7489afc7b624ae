internal import Basics
internal import ComfyAPI
internal import Gate
internal import HTTP
internal import Loop
internal import Wire

/// Asks places whether a ComfyUI answers there.
enum WorkerProbe {
    /// The first place whose `/system_stats` is a ComfyUI's; what each said is reported.
    static func first(of places: [String], _ report: @Sendable (String, String) -> Void) async -> String? {
        let loop = EventLoop("probe")
        defer { loop.stop() }
        for place in places {
            guard let url = HTTPURL(place) else { continue }
            let answer = await Probe(url).ask(on: loop)
            report(place, answer.text)
            if answer.isWorker { return place }
        }
        return nil
    }

    private struct Answer: Sendable {
        let isWorker: Bool
        let text: String
    }

    private struct Probe: Sendable {
        let url: HTTPURL
        init(_ url: HTTPURL) { self.url = url }

        func ask(on loop: EventLoop) async -> Answer {
            (try? await loop.run { reactor in await Self.ask(url, reactor) })
                ?? Answer(isWorker: false, text: "no answer")
        }

        private static func ask(_ url: HTTPURL, _ reactor: Reactor) async -> Answer {
            guard case .tcp(_, let authority) = url.endpoint else { return Answer(isWorker: false, text: "no address") }
            var options = UpstreamOptions(.host(authority.host.description, port: UInt16(url.port ?? 8188)))
            options.connectTime = 1_000
            options.responseTime = 3_000
            let pool = UpstreamPool(options, reactor: reactor, resolver: Resolver())
            defer { pool.closeIdle() }
            do throws(UpstreamFailure) {
                let answer = try await HTTPClient(pool).fetch(ClientRequest(.get, "/system_stats"), limit: 1 << 20)
                guard answer.status == .ok, let json = try? JSON(parsing: answer.body, dialect: .python),
                    let version = json["system"]?["comfyui_version"]?.string
                else { return Answer(isWorker: false, text: "\(answer.status.code), not ComfyUI") }
                return Answer(isWorker: true, text: "ComfyUI \(version)")
            } catch {
                return Answer(isWorker: false, text: error.message)
            }
        }
    }
}

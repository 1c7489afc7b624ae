internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Identity
internal import Wire

/// Which fact of the workers' a route is for.
enum FactRoute: Sendable, Hashable {
    case embeddings, models, modelsOf, modelFolders, modelFiles, extensions, translations, templates
    case subgraphs, subgraph, replacements, metadata

    /// - Parameter parameters: Those of the route.
    func fact(_ parameters: [String], _ query: Query) -> WorkerFact? {
        let first = parameters.first ?? ""
        return switch self {
        case .embeddings: .embeddings
        case .models: .models
        case .modelsOf: .modelsOf(first)
        case .modelFolders: .modelFolders
        case .modelFiles: .modelFiles(first)
        case .extensions: .extensions
        case .translations: .translations
        case .templates: .templates
        case .subgraphs: .subgraphs
        case .subgraph: .subgraph(first)
        case .replacements: .replacements
        case .metadata: query["filename"].map { .metadata(folder: first, file: $0) }
        }
    }

    /// ComfyUI 0.3 has it not.
    var isModern: Bool { self == .subgraphs || self == .subgraph || self == .replacements }
}

extension NativeSurface {
    /// `GET /system_stats`: versions and memory as the worker says, without its command line, which shows paths.
    func systemStats(_ visit: Visit) async throws {
        guard var stats = await fleet.systemStats() else { throw Refusal.noWorker }
        stats.system["argv"] = []
        try await respond(visit, .ok, stats.json)
    }

    /// What workers say of themselves: asked of one at most every 5 s, and what was said last while none answers.
    func fact(_ visit: Visit, _ route: FactRoute, _ parameters: [String]) async throws {
        if route.isModern, fleet.catalogue?.flavour == .classic { return try await visit.respond(.notFound) }
        guard let fact = route.fact(parameters, visit.query) else { return try await visit.respond(.notFound) }
        if case .metadata(let folder, let file) = fact {
            // A worker reads whatever file of the folder is named; people may know of those that are listed.
            guard await fleet.names(.modelsOf(folder)).contains(file) else { return try await visit.respond(.notFound) }
        }
        let fields: Fields = [
            "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache", "X-Request-Id": visit.requestID,
        ]
        switch await fleet.fact(fact) {
        case .kept(let answer):
            var fields = fields
            fields["Content-Type"] = answer.type
            let served = try await fleet.ports.shelf.open(answer)
            try await visit.exchange.sendFile(served, fields, lane: fleet.ports.lane)
        case .document(let bytes):
            var fields = fields
            fields["Content-Type"] = "application/json; charset=utf-8"
            try await visit.exchange.respond(.ok, fields, bytes)
        case .none: try await visit.respond(.notFound)
        case .noWorker: throw Refusal.noWorker
        case .failed(let failure): throw failure
        }
    }

    /// `GET /features`: what the gate can do in the worker's place, and what else the worker says.
    func features(_ visit: Visit) async throws {
        guard let catalogue = fleet.catalogue else { throw Refusal.noWorker }
        try await respond(visit, .ok, .object(GateFeatures.of(catalogue, body: shared.settings.body)))
    }
}

/// The feature flags of the gate; also those of the event socket's handshake.
enum GateFeatures {
    /// - Parameter body: Bytes of a request's body.
    static func of(_ catalogue: WorkerCatalogue, body: Int) -> JSONObject {
        var flags = catalogue.features
        flags["supports_preview_metadata"] = true
        flags["max_upload_size"] = JSON(body)
        // The gate's own, whether or not the worker has any.
        flags["assets"] = catalogue.flavour == .current ? true : nil
        return flags
    }
}

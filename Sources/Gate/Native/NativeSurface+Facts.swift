internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Wire

extension NativeSurface {
    /// `GET /system_stats`: versions and memory as the worker says, without its command line, which shows paths.
    func systemStats(_ visit: Visit) async throws {
        guard var stats = await fleet.systemStats() else { throw Refusal.noWorker }
        stats.system["argv"] = []
        try await respond(visit, .ok, stats.json)
    }

    /// `GET /experiment/models`: the kinds of models; where they lie is nobody's business.
    func modelFolders(_ visit: Visit) async throws {
        let answer = try await client.fetch(
            ClientRequest(
                .get, shared.settings.workerBasePath + "/experiment/models", WorkerHead.credential(shared.settings)),
            limit: 1 << 20)
        guard answer.status == .ok, let folders = (try? JSON(parsing: answer.body, dialect: .python))?.array else {
            throw UpstreamFailure.invalid("/experiment/models is not what it was")
        }
        let shown = folders.map { folder -> JSON in
            var folder = folder.object ?? JSONObject()
            folder["folders"] = .array((folder["folders"]?.array ?? []).map { _ in "" })
            return .object(folder)
        }
        try await respond(visit, .ok, .array(shown))
    }
}

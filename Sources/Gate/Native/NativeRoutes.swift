internal import Identity
internal import Wire

/// What is done with a request for ComfyUI's own API.
enum NativeAction: Sendable, Hashable {
    /// The web UI's files and pages.
    case page
    /// An answer of the worker's, as data: for operators alone.
    case worker
    /// What a worker says of itself.
    case fact(FactRoute)
    case features
    /// What an account keeps for itself.
    case userData(UserDataAction)
    // Jobs.
    case submit, promptCount, queue, changeQueue, interrupt, history, historyEntry, changeHistory
    case jobList, job, cancelJob, cancelJobs
    /// `/ws`.
    case events
    // Files.
    case view, upload, uploadMask
    /// The same files, as ComfyUI's assets show them.
    case asset(AssetAction)
    /// Names of the account's files, by `/internal/files`.
    case fileNames
    /// Folder paths of the worker: nobody's business.
    case noPaths
    case free
    /// What the worker can do, with the account's own files.
    case objectInfo
    /// What the worker says of its machine, without paths.
    case systemStats
}

enum UserDataAction: Sendable, Hashable {
    case list, tree, read, write, delete, move
    /// `/user.css`.
    case style
    case settings, setting, changeSettings, changeSetting
    case users, makeUser
}

/// Every native request the gate knows; ComfyUI 0.3.64 and 0.26.0. A request without a rule here is refused, because any
/// custom node may add a route.
enum NativeRoutes {
    typealias Rule = Route<NativeAction>

    static let table = RouteTable(all)

    static let all: [Rule] = pages + (facts + files + own + modern + manager).flatMap(\.self) + workerWide

    /// ComfyUI serves most routes twice, at `/x` and at `/api/x`.
    private static func both(
        _ methods: [Method], _ pattern: String, _ access: RouteClass, _ action: NativeAction
    ) -> [Rule] {
        [Rule(methods, pattern, access, action), Rule(methods, "api" + pattern, access, action)]
    }

    /// The web UI itself: what stands in the packages of 1.27 and 1.45.
    private static let pages: [Rule] = [
        Rule([.get], "/", .read, .page),
        Rule([.get], "/index.html", .read, .page),
        Rule([.get], "/favicon.ico", .read, .page),
        Rule([.get], "/materialdesignicons.min.css", .read, .page),
        Rule([.get], "/manifest.json", .read, .page),
        Rule([.get], "/user.css", .read, .userData(.style)),
        Rule([.get], "/assets/**", .read, .page),
        Rule([.get], "/cursor/**", .read, .page),
        Rule([.get], "/fonts/**", .read, .page),
        Rule([.get], "/scripts/**", .read, .page),
        Rule([.get], "/lib/**", .read, .page),
        Rule([.get], "/extensions/**", .read, .page),
        Rule([.get], "/templates/**", .read, .page),
        Rule([.get], "/docs/**", .read, .page),
        Rule([.get], "/api/workflow_templates/**", .read, .page),
    ]

    /// What the worker can do.
    private static let facts: [[Rule]] = [
        both([.get], "/object_info", .read, .objectInfo),
        both([.get], "/object_info/{}", .read, .objectInfo),
        both([.get], "/system_stats", .read, .systemStats),
        both([.get], "/features", .read, .features),
        both([.get], "/embeddings", .read, .fact(.embeddings)),
        both([.get], "/models", .read, .fact(.models)),
        both([.get], "/models/{}", .read, .fact(.modelsOf)),
        both([.get], "/experiment/models", .read, .fact(.modelFolders)),
        both([.get], "/experiment/models/{}", .read, .fact(.modelFiles)),
        both([.get], "/extensions", .read, .fact(.extensions)),
        both([.get], "/i18n", .read, .fact(.translations)),
        both([.get], "/workflow_templates", .read, .fact(.templates)),
        both([.get], "/view_metadata/{}", .read, .fact(.metadata)),
    ]

    /// Bytes that people made.
    private static let files: [[Rule]] = [
        both([.get], "/view", .read, .view),
        both([.post], "/upload/image", .generate, .upload),
        both([.post], "/upload/mask", .generate, .uploadMask),
        both([.get], "/userdata", .read, .userData(.list)),
        both([.get], "/v2/userdata", .read, .userData(.tree)),
        both([.get], "/userdata/{file}", .read, .userData(.read)),
        both([.post], "/userdata/{file}", .manage, .userData(.write)),
        both([.delete], "/userdata/{file}", .manage, .userData(.delete)),
        both([.post], "/userdata/{file}/move/{file}", .manage, .userData(.move)),
        both([.get], "/settings", .read, .userData(.settings)),
        both([.post], "/settings", .manage, .userData(.changeSettings)),
        both([.get], "/settings/{}", .read, .userData(.setting)),
        both([.post], "/settings/{}", .manage, .userData(.changeSetting)),
        both([.get], "/users", .read, .userData(.users)),
        both([.post], "/users", .read, .userData(.makeUser)),
    ]

    /// Jobs.
    private static let own: [[Rule]] = [
        both([.get], "/ws", .read, .events),
        both([.get], "/prompt", .read, .promptCount),
        both([.post], "/prompt", .generate, .submit),
        both([.get], "/queue", .read, .queue),
        both([.post], "/queue", .generate, .changeQueue),
        both([.post], "/interrupt", .generate, .interrupt),
        both([.get], "/history", .read, .history),
        both([.get], "/history/{}", .read, .historyEntry),
        both([.post], "/history", .manage, .changeHistory),
    ]

    /// What touches everybody.
    private static let workerWide: [Rule] = [
        Rule([.post], "/free", .generate, .free),
        Rule([.post], "/api/free", .generate, .free),
        Rule([.get], "/internal/folder_paths", .read, .noPaths),
        Rule([.get], "/internal/files/{}", .read, .fileNames),
        Rule([.get], "/internal/logs", .operator, .worker),
        Rule([.get], "/internal/logs/raw", .operator, .worker),
        Rule([.patch], "/internal/logs/subscribe", .operator, .worker),
    ]

    /// ComfyUI 0.26.
    private static let modern: [[Rule]] = [
        both([.get], "/global_subgraphs", .read, .fact(.subgraphs)),
        both([.get], "/global_subgraphs/{}", .read, .fact(.subgraph)),
        both([.get], "/node_replacements", .read, .fact(.replacements)),
        [Rule([.get], "/api/jobs", .read, .jobList)],
        [Rule([.get], "/api/jobs/{}", .read, .job)],
        [Rule([.post], "/api/jobs/cancel", .generate, .cancelJobs)],
        [Rule([.post], "/api/jobs/{}/cancel", .generate, .cancelJob)],
        assets,
    ]

    private static let assets: [Rule] = [
        Rule([.get], "/api/tags", .read, .asset(.tags)),
        Rule([.get], "/api/assets", .read, .asset(.list)),
        Rule([.post], "/api/assets", .generate, .asset(.make)),
        Rule([.post], "/api/assets/from-hash", .generate, .asset(.makeFromHash)),
        Rule([.get], "/api/assets/hash/{}", .read, .asset(.hash)),
        Rule([.get], "/api/assets/tags/refine", .read, .asset(.refine)),
        Rule([.post], "/api/assets/seed", .operator, .asset(.seed)),
        Rule([.get], "/api/assets/seed/status", .operator, .asset(.seedStatus)),
        Rule([.post], "/api/assets/seed/cancel", .operator, .asset(.cancelSeed)),
        Rule([.post], "/api/assets/prune", .operator, .asset(.prune)),
        Rule([.get], "/api/assets/{}/content", .read, .asset(.content)),
        Rule([.post], "/api/assets/{}/tags", .manage, .asset(.addTags)),
        Rule([.delete], "/api/assets/{}/tags", .manage, .asset(.removeTags)),
        Rule([.get], "/api/assets/{}", .read, .asset(.one)),
        Rule([.put], "/api/assets/{}", .manage, .asset(.change)),
        Rule([.delete], "/api/assets/{}", .manage, .asset(.forget)),
    ]

    /// ComfyUI-Manager installs code: not for users.
    private static let manager: [[Rule]] = ["manager", "customnode", "comfyui_manager", "snapshot"].map { name in
        both([.get, .post, .delete], "/v2/\(name)/**", .operator, .worker)
            + both([.get, .post, .delete], "/\(name)/**", .operator, .worker)
    }
}

internal import Identity
internal import Wire

/// What is done with a request for ComfyUI's own API.
enum NativeAction: Sendable, Hashable {
    /// The web UI's files and pages.
    case page
    /// An answer of the worker's, as data.
    case worker
    /// Bytes that a person made: pictures, uploads, user data.
    case userFile
    case upload
    /// `POST /prompt`.
    case submit
    /// `/ws`.
    case events
    case interrupt
    case changeQueue
    case changeHistory
    case cancelJob
    case cancelJobs
    /// Folder paths of the worker: an empty object for everybody but operators.
    case emptyObject
    /// Names of everybody's files: an empty list for everybody but operators.
    case emptyList
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
        Rule([.get], "/user.css", .read, .page),
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
        both([.get], "/object_info", .read, .worker),
        both([.get], "/object_info/{}", .read, .worker),
        both([.get], "/system_stats", .read, .worker),
        both([.get], "/features", .read, .worker),
        both([.get], "/embeddings", .read, .worker),
        both([.get], "/models", .read, .worker),
        both([.get], "/models/{}", .read, .worker),
        both([.get], "/experiment/models", .read, .worker),
        both([.get], "/experiment/models/{}", .read, .worker),
        both([.get], "/extensions", .read, .worker),
        both([.get], "/i18n", .read, .worker),
        both([.get], "/workflow_templates", .read, .worker),
        both([.get], "/view_metadata/{}", .read, .worker),
        both([.get], "/users", .read, .worker),
    ]

    /// Bytes that people made.
    private static let files: [[Rule]] = [
        both([.get], "/view", .read, .userFile),
        both([.post], "/upload/image", .generate, .upload),
        both([.post], "/upload/mask", .generate, .upload),
        both([.get], "/userdata", .read, .worker),
        both([.get], "/v2/userdata", .read, .worker),
        both([.get], "/userdata/{file}", .read, .userFile),
        both([.post, .delete], "/userdata/{file}", .manage, .upload),
        both([.post], "/userdata/{file}/move/{file}", .manage, .worker),
        both([.get], "/settings", .read, .worker),
        both([.post], "/settings", .manage, .worker),
        both([.get], "/settings/{}", .read, .worker),
        both([.post], "/settings/{}", .manage, .worker),
    ]

    /// Jobs.
    private static let own: [[Rule]] = [
        both([.get], "/ws", .read, .events),
        both([.get], "/prompt", .read, .worker),
        both([.post], "/prompt", .generate, .submit),
        both([.get], "/queue", .read, .worker),
        both([.post], "/queue", .generate, .changeQueue),
        both([.post], "/interrupt", .generate, .interrupt),
        both([.get], "/history", .read, .worker),
        both([.get], "/history/{}", .read, .worker),
        both([.post], "/history", .manage, .changeHistory),
    ]

    /// What touches everybody.
    private static let workerWide: [Rule] = [
        Rule([.post], "/free", .operator, .worker),
        Rule([.post], "/api/free", .operator, .worker),
        Rule([.get], "/internal/folder_paths", .read, .emptyObject),
        Rule([.get], "/internal/files/{}", .read, .emptyList),
        Rule([.get], "/internal/logs", .operator, .worker),
        Rule([.get], "/internal/logs/raw", .operator, .worker),
        Rule([.patch], "/internal/logs/subscribe", .operator, .worker),
    ]

    /// ComfyUI 0.26.
    private static let modern: [[Rule]] = [
        both([.get], "/global_subgraphs", .read, .worker),
        both([.get], "/global_subgraphs/{}", .read, .worker),
        both([.get], "/node_replacements", .read, .worker),
        [Rule([.get], "/api/jobs", .read, .worker)],
        [Rule([.get], "/api/jobs/{}", .read, .worker)],
        [Rule([.post], "/api/jobs/cancel", .generate, .cancelJobs)],
        [Rule([.post], "/api/jobs/{}/cancel", .generate, .cancelJob)],
        [Rule([.get, .post], "/api/assets", .operator, .upload)],
        [Rule([.get, .post, .put, .delete], "/api/assets/**", .operator, .upload)],
        [Rule([.get], "/api/tags", .operator, .worker)],
    ]

    /// ComfyUI-Manager installs code: not for users.
    private static let manager: [[Rule]] = ["manager", "customnode", "comfyui_manager", "snapshot"].map { name in
        both([.get, .post, .delete], "/v2/\(name)/**", .operator, .worker)
            + both([.get, .post, .delete], "/\(name)/**", .operator, .worker)
    }
}

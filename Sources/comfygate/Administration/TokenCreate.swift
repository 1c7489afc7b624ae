internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate token create NAME`: the token alone on standard output.
struct TokenCreate: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let label = Option<String>(
        "label", or: "command line", Message("token.create.label", en: "What it is for", fr: "À quoi il sert"))
    private static let scopes = Option<String>(
        "scopes", or: "generate,read,manage", placeholder: "LIST",
        Message(
            "token.create.scopes", en: "What it allows: generate, read, manage, admin",
            fr: "Ce qu’il permet : generate, read, manage, admin"))
    private static let expires = Option<Duration>(
        "expires",
        Message("token.create.expires", en: "How long it is good; for ever otherwise", fr: "Sa durée ; sinon illimitée")
    )
    private static let likeLogin = Flag(
        "like-login",
        Message(
            "token.create.like_login", en: "In the shape scripts for ComfyUI-Login expect",
            fr: "Sous la forme qu’attendent les scripts de ComfyUI-Login"))

    static let declaration = CommandDeclaration(
        "create",
        Message("token.create.summary", en: "Make a token for a program", fr: "Crée un jeton pour un programme"),
        [name, label, scopes, expires, likeLogin] + AdminOptions.all,
        examples: [
            "token create alice --label laptop",
            "token create render --label farm --scopes generate,read --expires 90d",
        ])

    let options: AdminOptions
    private let name: String
    private let label: String
    private let scopes: String
    private let expires: Duration?
    private let isLikeLogin: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        label = try arguments.require(Self.label)
        scopes = try arguments.require(Self.scopes)
        expires = try arguments.get(Self.expires)
        isLikeLogin = arguments.has(Self.likeLogin)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var body: JSONObject = [
            "account": .string(name), "label": .string(label), "like_login": .bool(isLikeLogin),
            "scopes": .array(scopes.split(separator: ",").map { .string(String($0)) }),
        ]
        if let expires { body["expires"] = .string(expires.spelled) }
        let token = try await admin.ask(.post, ["tokens"], .object(body))
        terminal.put(token) { (token["secret"]?.string ?? "") + "\n" }
        terminal.say(AdminMessages.shownOnce())
    }
}

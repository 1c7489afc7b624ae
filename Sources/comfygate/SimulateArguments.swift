internal import Basics
internal import CommandLineKit
internal import ComfyAPI
internal import Loop
internal import Wire

/// `127.0.0.1:8188`, `localhost:0`, `[::1]:8188`: an address of this machine only.
struct LoopbackAddress: ArgumentValue, Hashable {
    let socket: SocketAddress

    init(port: UInt16) { socket = .loopback(port: port) }

    init?(argument: String) {
        // Not the port of `Authority`: there, 0 is none.
        guard let colon = argument.lastIndex(of: ":"), case let digits = argument[argument.index(after: colon)...],
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            let authority = Authority(String(argument[..<colon])), authority.port == nil, authority.host.isLoopback
        else { return nil }
        switch authority.host {
        case .name: socket = .loopback(port: port)
        case .address(let address):
            socket =
                address.isIPv4
                ? .v4(address.octets.reduce(0) { $0 << 8 | UInt32($1) }, port: port) : .v6(0, 1, port: port)
        }
    }

    var argument: String { socket.description }
    static var placeholder: String { "ADDRESS:PORT" }
    static let remedy = Message(
        "simulate.write_address", en: "Write an address of this machine and a port, such as 127.0.0.1:8188.",
        fr: "Écrivez une adresse de cette machine et un port, par exemple 127.0.0.1:8188.")
}

enum ComfyVersion: String, Choice {
    case classic = "0.3.64"
    case current = "0.26.0"

    var flavour: ComfyFlavour {
        switch self {
        case .classic: .classic
        case .current: .current
        }
    }
}

/// `loras:style.safetensors`, or the path of a file of lists.
enum ModelArgument: ArgumentValue, Hashable {
    case name(folder: String, String)
    case file(String)

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].contains("/") {
            guard !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
            self = .name(folder: String(parts[0]), String(parts[1]))
        } else {
            guard !argument.isEmpty else { return nil }
            self = .file(argument)
        }
    }

    var argument: String {
        switch self {
        case .name(let folder, let name): "\(folder):\(name)"
        case .file(let path): path
        }
    }
    static var placeholder: String { "FOLDER:NAME|FILE" }
    static let remedy = Message(
        "simulate.write_models", en: "Write a folder and a name, such as loras:style.safetensors, or a file.",
        fr: "Écrivez un dossier et un nom, par exemple loras:style.safetensors, ou un fichier.")
    static var completion: Completion { .files }
}

// Public, because a conformance of a public type to a public protocol is.
public import CommandLineKit
public import Store

extension LineEnd: Choice {}
extension FolderType: Choice {}

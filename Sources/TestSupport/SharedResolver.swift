public import Loop

/// A resolver has a thread that never ends: all tests share one.
public let sharedResolver = Resolver()

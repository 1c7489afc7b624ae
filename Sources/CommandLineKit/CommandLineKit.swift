// CommandLineKit: what a command line program needs beside its commands.
//
// A `Command` declares its parameters as data (`Parameter.swift`); `ArgumentParser` reads words by that declaration, and
// `Help` and `Completions` are made from it too, so they cannot disagree. `Terminal` is the only way out: data to
// standard output, words for people to standard error. `Program+Run.swift` ties it together. Read next: `Command.swift`.

// Basics: the words every other target speaks, and no input or output.
//
// `GateError` is the failure that can be answered, logged and counted; `Secret` cannot be printed by accident; `Locked`
// guards short decisions. `JSON` is the tree for places where speed does not matter; `JSONScanner` reads in place where
// it does. Ids and digests come from OpenSSL. Read next: `Wire/Wire.swift`.

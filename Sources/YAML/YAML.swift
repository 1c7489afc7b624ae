// YAML: documents read by libyaml, within limits.
//
// `YAMLReader` makes a tree of text, for configurations and compose files; `YAMLEvents` hands on what libyaml says, for
// those who look for one place in a document and must not change the rest.

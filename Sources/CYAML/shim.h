// libyaml: configuration files.
#include <yaml.h>

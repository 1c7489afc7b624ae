// libsodium: sealing of secrets at rest (secretbox, argon2id) and the primitives of the age format.
#include <sodium.h>

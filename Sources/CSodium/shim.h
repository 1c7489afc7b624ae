// libsodium: sealed backups and sealed tokens.
#include <sodium.h>

// libxcrypt: bcrypt and yescrypt. crypt_r is not in the Glibc module.
#include <crypt.h>

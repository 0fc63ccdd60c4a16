#ifdef A
#include <a.h>
#endif

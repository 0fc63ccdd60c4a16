#ifdef A
#include <a.h>
#include <b.h>
#endif

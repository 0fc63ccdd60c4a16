#ifdef A
#include <a.h>
#include <c.h>
#endif

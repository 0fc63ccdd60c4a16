#define MAX_CONN 64
#define NAME "srv"
